/** The visitor as OpenID Connect sees them: an account that is there as long as the admission is. */
import type { Account, KoaContextWithOIDC } from 'oidc-provider';
import { profileOf } from '#settings/profiles/index.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { lasting, setVisit, visitOf } from '../login-context.ts';

export interface AccountDeps {
  readonly visitors: Pick<Visitors, 'admission' | 'stay'>;
  readonly relyingParties: RelyingParties;
  /** Host part of the synthetic e-mail addresses. */
  readonly emailHost: string;
  readonly now: () => number;
}

export function createFindAccount({ visitors, relyingParties, emailHost, now }: AccountDeps) {
  async function admissionOf(ctx: KoaContextWithOIDC, sub: string): Promise<Admission | null> {
    const known = visitOf(ctx);
    if (known) return known.admission;
    const party = await relyingParties.find(ctx.oidc.client?.clientId ?? '');
    if (!party) return null;
    // Who refreshes is at the site just now.
    const find = ctx.oidc.params?.grant_type === 'refresh_token' ? visitors.stay : visitors.admission;
    const admission = lasting(await find(party.room, sub), now());
    const lifetime = profileOf(party.profile).accessTokenLifetime;
    const accessTokenLifetime = lifetime === null ? undefined : lifetime / 1000;
    setVisit(ctx, { room: party.room, admission, accessTokenLifetime });
    return admission;
  }

  /** Undefined once the admission is over or has less than a second left: then codes and tokens are refused. */
  return async (ctx: KoaContextWithOIDC, sub: string): Promise<Account | undefined> => {
    const admission = await admissionOf(ctx, sub);
    if (admission?.visitor !== sub) return undefined;
    const room = visitOf(ctx)?.room;
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
