import { Bits } from './line/bits.ts';
import type { LineView } from './line/counters.ts';

/** The running count of present people is kept every so many numbers. */
const STEP = 512;
/** The most points that the shared curve may have; public. */
const POINTS = 32;

/**
 * Counts the present people with a smaller unserved number, exactly, from a view of the line. Visitors who rejoined at
 * the front are ahead of everybody. A number issued after the view has all earlier newcomers ahead of it.
 */
export function peopleAhead(view: LineView): (number: number) => number {
  const { queue, serving } = view.counters;
  const bits = new Bits(view.present);
  const first = serving + 1 - view.presentFrom;
  const last = queue - view.presentFrom;
  const sums = [0];
  for (let from = first; from <= last; from += STEP) {
    sums.push((sums.at(-1) ?? 0) + bits.count(from, Math.min(from + STEP - 1, last)));
  }
  const total = sums.at(-1) ?? 0;
  const atFront = Math.max(0, view.counters.present - total);
  return (number) => {
    if (number <= serving) return 0;
    if (number > queue) return atFront + total + Math.max(0, number - Math.max(queue, serving) - 1);
    const offset = number - view.presentFrom;
    const step = Math.floor((offset - first) / STEP);
    return atFront + (sums[step] ?? total) + bits.count(first + step * STEP, offset - 1);
  };
}

/** At most 32 points `[number, people ahead of it]`, from the first unserved number to the next one to be issued. */
export function aheadCurve(view: LineView, ahead: (number: number) => number): [number, number][] {
  const { queue, serving } = view.counters;
  const from = serving + 1;
  const to = Math.max(from, queue + 1);
  const points = Math.min(POINTS, to - from + 1);
  return Array.from({ length: points }, (_, i) => {
    const number = points === 1 ? from : from + Math.round(((to - from) * i) / (points - 1));
    return [number, ahead(number)];
  });
}
