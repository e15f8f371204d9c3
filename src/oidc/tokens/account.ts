import type { Account, KoaContextWithOIDC } from 'oidc-provider';
import { profileOf } from '#settings/profiles/index.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { Visit } from '../login-context.ts';
import { loginContext } from '../login-context.ts';
import { isTakenOver, usableAdmission } from '../usable-admission.ts';

export interface AccountDeps {
  readonly visitors: Pick<Visitors, 'admission' | 'confirm' | 'stay'>;
  readonly relyingParties: RelyingParties;
  /** Host part of the synthetic e-mail addresses. */
  readonly emailHost: string;
  readonly now: () => number;
}

/** The visitor as an OpenID Connect account, which exists as long as the admission. */
export function createFindAccount({ visitors, relyingParties, emailHost, now }: AccountDeps) {
  async function visitOf(ctx: KoaContextWithOIDC, sub: string): Promise<Visit | null> {
    const login = loginContext(ctx);
    if (login.visit) return login.visit;
    const party = await relyingParties.find(ctx.oidc.client?.clientId ?? '');
    if (!party) return null;
    const admission = usableAdmission(await find(ctx, party.room, sub), now());
    const lifetime = profileOf(party.profile).accessTokenLifetime;
    const accessTokenLifetime = lifetime === null ? undefined : lifetime / 1000;
    login.visit = { room: party.room, admission, accessTokenLifetime };
    return login.visit;
  }

  function find(ctx: KoaContextWithOIDC, room: RoomId, sub: string): Promise<Admission | null> {
    switch (ctx.oidc.params?.grant_type) {
      case 'authorization_code': {
        // The code was valid and is used up: the visitor came back to the relying party.
        const { serial } = loginContext(ctx);
        return visitors.confirm(room, sub, serial === 0 ? undefined : { serial });
      }
      case 'refresh_token':
        // A relying party that refreshes proves that the visitor is at the site, which may renew the admission.
        return visitors.stay(room, sub);
      default:
        return visitors.admission(room, sub);
    }
  }

  /** Undefined once less than a second of the admission is left: codes and tokens are refused then. */
  return async (ctx: KoaContextWithOIDC, sub: string, token?: unknown): Promise<Account | undefined> => {
    const visit = await visitOf(ctx, sub);
    if (visit?.admission?.visitor !== sub) return undefined;
    if (token && isTakenOver(visit.admission, loginContext(ctx).serial)) return undefined;
    const { room, admission } = visit;
    return {
      accountId: sub,
      claims: () => ({
        sub,
        room,
        number: admission.number,
        email: `${sub}@${emailHost}`,
        email_verified: true,
      }),
    };
  };
}
