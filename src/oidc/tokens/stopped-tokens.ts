/**
 * Opaque access tokens end with their admission, also where a pause stops its time after they were issued. Their records
 * are kept a day longer for that, like those of grants. What a relying party was given to read keeps the end that it says:
 * ID tokens, JWT access tokens, `expires_in`.
 */
import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { loginContext } from '../login-context.ts';
import { secondsLeft } from '../usable-admission.ts';

/** How long a record is kept after its token was to end, in seconds: pauses in all may last that long. */
const KEPT_LONGER = 24 * 60 * 60;

export interface StoppedTokens {
  /** What is stored of a token, and for how many seconds. */
  issued(payload: AdapterPayload, expiresIn: number, ctx: KoaContextWithOIDC | undefined): [AdapterPayload, number];
  /** A stored token with the end that it has by now. */
  found(payload: AdapterPayload | undefined, ctx: KoaContextWithOIDC | undefined): Promise<AdapterPayload | undefined>;
}

export interface StoppedTokensDeps {
  readonly visitors: Pick<Visitors, 'admission'>;
  readonly relyingParties: RelyingParties;
  readonly now: () => number;
}

/** By how many seconds pauses have moved an end since they had stopped admissions for `before` ms. */
export function movedBy({ stopped = 0 }: Pick<Admission, 'stopped'>, before: number | null): number {
  return before === null ? 0 : Math.max(0, Math.floor((stopped - before) / 1000));
}

export function createStoppedTokens({ visitors, relyingParties, now }: StoppedTokensDeps): StoppedTokens {
  async function admissionOf({ clientId = '', accountId = '' }: AdapterPayload): Promise<Admission | null> {
    const party = await relyingParties.find(clientId);
    return party && visitors.admission(party.room, accountId);
  }

  return {
    issued(payload, expiresIn, ctx) {
      const visit = ctx && loginContext(ctx).visit;
      if (!visit?.admission) return [payload, expiresIn];
      const { admission, accessTokenLifetime = Number.POSITIVE_INFINITY } = visit;
      // One that the relying party wants to be short ends by itself.
      if (accessTokenLifetime < secondsLeft(admission, now())) return [payload, expiresIn];
      return [{ ...payload, stopped: admission.stopped ?? 0 }, expiresIn + KEPT_LONGER];
    },
    async found(payload, ctx) {
      if (!payload || typeof payload.stopped !== 'number') return payload;
      if (ctx) loginContext(ctx).tokenStopped = payload.stopped;
      const { exp = 0 } = payload;
      if (exp > Math.floor(now() / 1000)) return payload;
      const admission = await admissionOf(payload);
      if (!admission) return payload;
      if (ctx) loginContext(ctx).tokenStopped = admission.stopped ?? 0;
      return { ...payload, exp: exp + movedBy(admission, payload.stopped) };
    },
  };
}
