import type { Fault } from '#settings/faults.ts';
import type { Target } from '#settings/targets.ts';

/** Why the service may not call a URL; null for one that it may call. */
export type TargetFault = (url: string) => string | null;

/**
 * The faults of the URLs that a change names. One that was there before is no fault: a change of something else must
 * work, and the service does not call it anyway.
 */
export function targetFaults(targetFault: TargetFault, after: readonly Target[], before: readonly Target[]): Fault[] {
  const known = new Set(before.map(({ url }) => url));
  return after.flatMap(({ field, url }) => {
    const message = known.has(url) ? null : targetFault(url);
    return message === null ? [] : [{ field, message }];
  });
}
