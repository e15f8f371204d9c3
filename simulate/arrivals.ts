import type { Random } from './random.ts';
import type { ArrivalPoint } from './scenario.ts';

/** Arrivals between two times in ms since the start: a Poisson process around the curve, plus the crowds. */
export type Arrivals = (from: number, to: number) => number;

export function createArrivals(points: readonly ArrivalPoint[], random: Random): { arrivals: Arrivals; end: number } {
  const crowds = points.flatMap(({ at, people }) => (people === undefined ? [] : [{ at, people }]));
  const curve = points
    .flatMap(({ at, per_minute }) => (per_minute === undefined ? [] : [{ at, per_minute }]))
    .sort((one, other) => one.at - other.at);

  /** Zero before the first point and after the last. */
  function perMinute(time: number): number {
    const after = curve.findIndex((point) => point.at > time);
    const [from, to] = [curve[after - 1], curve[after]];
    if (!from || !to) return 0;
    return from.per_minute + ((to.per_minute - from.per_minute) * (time - from.at)) / (to.at - from.at);
  }

  return {
    end: Math.max(...points.map((point) => point.at)),
    arrivals(from, to) {
      const crowd = crowds.reduce((sum, { at, people }) => sum + (at >= from && at < to ? people : 0), 0);
      return crowd + random.poisson((perMinute((from + to) / 2) * (to - from)) / 60_000);
    },
  };
}
