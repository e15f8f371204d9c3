import type { Account, KoaContextWithOIDC } from 'oidc-provider';
import { profileOf } from '#settings/profiles/index.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { Visit } from '../login-context.ts';
import { loginContext } from '../login-context.ts';
import { usableAdmission } from '../usable-admission.ts';

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
    const admission = usableAdmission(await findFor(ctx.oidc.params?.grant_type)(party.room, sub), now());
    const lifetime = profileOf(party.profile).accessTokenLifetime;
    const accessTokenLifetime = lifetime === null ? undefined : lifetime / 1000;
    login.visit = { room: party.room, admission, accessTokenLifetime };
    return login.visit;
  }

  function findFor(grantType: unknown): Visitors['admission'] {
    // The code was valid and is used up: the visitor came back to the relying party.
    if (grantType === 'authorization_code') return visitors.confirm;
    // A relying party that refreshes proves that the visitor is at the site, which may renew the admission.
    return grantType === 'refresh_token' ? visitors.stay : visitors.admission;
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
