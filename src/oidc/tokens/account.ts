import type { Account, KoaContextWithOIDC } from 'oidc-provider';
import { profileOf } from '#settings/profiles/index.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { Visit } from '../login-context.ts';
import { loginContext } from '../login-context.ts';
import { usableAdmission } from '../usable-admission.ts';

export interface AccountDeps {
  readonly visitors: Pick<Visitors, 'admission' | 'stay'>;
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
    // A relying party that refreshes has the visitor at the site now, which may prolong the admission.
    const find = ctx.oidc.params?.grant_type === 'refresh_token' ? visitors.stay : visitors.admission;
    const admission = usableAdmission(await find(party.room, sub), now());
    const lifetime = profileOf(party.profile).accessTokenLifetime;
    const accessTokenLifetime = lifetime === null ? undefined : lifetime / 1000;
    login.visit = { room: party.room, admission, accessTokenLifetime };
    return login.visit;
  }

  /** Undefined once less than a second of the admission is left: codes and tokens are refused then. */
  return async (ctx: KoaContextWithOIDC, sub: string): Promise<Account | undefined> => {
    const visit = await visitOf(ctx, sub);
    if (visit?.admission?.visitor !== sub) return undefined;
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
