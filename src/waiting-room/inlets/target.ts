import type { InletSettings } from './index.ts';
import { hasNumbers, parseState } from './inlet.ts';

const MINUTE = 60_000;
const hasRate = (value: object) => hasNumbers(value, 'rate');

/** How many visitors a minute an inlet serves while there is room; null where it has no such target. */
export function targetPerMinute(inlet: InletSettings, state: string): number | null {
  switch (inlet.strategy) {
    case 'periodic':
      return (inlet.increment * MINUTE) / inlet.every;
    case 'rate':
      return inlet.per_minute;
    case 'adaptive':
      return Math.round(parseState<{ rate: number }>(state, 'adaptive', hasRate)?.rate ?? inlet.min_per_minute);
    default:
      return null;
  }
}

/** When a periodic inlet serves next; null if its last period has begun. */
export function nextPeriod(inlet: Extract<InletSettings, { strategy: 'periodic' }>, now: number): number | null {
  const { start = 0, end, every } = inlet;
  const next = now < start ? start : start + (Math.floor((now - start) / every) + 1) * every;
  return end !== undefined && next >= end ? null : next;
}
