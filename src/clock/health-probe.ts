import { type Outbound, TargetRefused } from '#outbound/index.ts';
import type { AdaptiveInlet } from '#waiting-room/inlets/adaptive.ts';
import type { Probe } from './probe.ts';

/** The weight of the latest answer in the error rate: earlier answers lose half of theirs with each. */
const WEIGHT = 0.5;

/**
 * Measures an origin by its health URL: the latency, and the share of errors, weighted towards the latest. Any status but
 * 2xx is an error, and so is no answer. Rejects for a target that may not be called.
 */
export function createHealthProbe(
  { url }: NonNullable<AdaptiveInlet['health']>,
  { send }: Pick<Outbound, 'send'>,
): Probe {
  let errorRate = 0;

  return async (end) => {
    const begun = performance.now();
    const answer = await send(url, { headers: { 'Cache-Control': 'no-store' }, signal: end }).catch(
      (error: unknown) => {
        if (error instanceof TargetRefused) throw error;
        return null;
      },
    );
    const latency = performance.now() - begun;
    answer?.discard();
    errorRate += WEIGHT * ((answer?.ok ? 0 : 1) - errorRate);
    // A refused connection fails quickly, which is no latency. After a time-out, the latency is at least this long.
    return { latency: answer || end.aborted ? latency : null, errorRate };
  };
}
