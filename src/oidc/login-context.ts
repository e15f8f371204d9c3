/** What is known of the visitor of a request to the provider, for the hooks that come after. */
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';

export interface Visit {
  readonly room: string;
  /** Absent where nobody was given a ticket: the room is closed, or was only asked. */
  readonly visitor?: VisitorId;
  readonly admission: Admission | null;
  /** How long access tokens may live, in seconds; absent: as long as the admission. */
  readonly accessTokenLifetime?: number | undefined;
}

const visits = new WeakMap<object, Visit>();

export function visitOf(ctx: KoaContextWithOIDC): Visit | undefined {
  return visits.get(ctx);
}

export function setVisit(ctx: KoaContextWithOIDC, visit: Visit): void {
  visits.set(ctx, visit);
}

/** Whole seconds that are left of an admission. */
export function secondsLeft(admission: Admission, now: number): number {
  return Math.floor((admission.expiresAt - now) / 1000);
}

/** The admission if a token could live on it: OAuth counts in whole seconds. */
export function lasting(admission: Admission | null, now: number): Admission | null {
  return admission && secondsLeft(admission, now) >= 1 ? admission : null;
}
