import type { AdaptiveInlet } from '#waiting-room/room.ts';
import type { Probe } from './probe.ts';

/** How much of the share of errors the last answer makes up: what was before fades by half with each. */
const WEIGHT = 0.5;

/**
 * Asks a URL: how long it takes to answer, and whether it fails. Anything but 2xx is an error, and so is no answer. The
 * share of errors is weighted towards the latest.
 */
export function createHealthProbe({ url }: NonNullable<AdaptiveInlet['health']>): Probe {
  let errorRate = 0;

  return async (end) => {
    const begun = performance.now();
    const answer = await fetch(url, { redirect: 'manual', cache: 'no-store', signal: end }).catch(() => null);
    const latency = performance.now() - begun;
    await answer?.body?.cancel();
    errorRate += WEIGHT * ((answer?.ok ? 0 : 1) - errorRate);
    // Who refuses to answer is quick about it, which says nothing; who does not answer at all took this long at least.
    return { latency: answer || end.aborted ? latency : null, errorRate };
  };
}
