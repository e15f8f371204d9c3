import type { SeenLanes } from './lane-inlet.ts';
import type { Counters, LineView } from './line/counters.ts';
import { NO_PLACES } from './line-rules.ts';

/** The same of lanes as they were seen. */
export const viewOfLanes = ([own, ...others]: SeenLanes): LineView =>
  wholeView([own.view, ...others.map(({ view }) => view)]);

/** What the lanes of a room show together, the default lane first. What only one line can have is that lane's. */
export function wholeView([own, ...others]: readonly [LineView, ...LineView[]]): LineView {
  if (others.length === 0) return own;
  const views = [own, ...others];
  const sum = (read: (view: LineView) => number) => views.reduce((total, view) => total + read(view), 0);
  const counters = Object.fromEntries(
    Object.keys(own.counters).map((name) => [name, sum((view) => view.counters[name as keyof Counters])]),
  ) as unknown as Counters;
  // The lanes of a room have a size all together, or none of them.
  const size = sum((view) => Math.max(0, view.size));
  return {
    ...own,
    counters,
    size: size === 0 && own.size !== 0 ? NO_PLACES : size,
    inside: sum(({ inside }) => inside),
    held: sum(({ held }) => held),
    turns: sum(({ turns }) => turns),
    provisional: sum(({ provisional }) => provisional),
    lapses: sum(({ lapses }) => lapses),
    predictions: {
      within: sum(({ predictions }) => predictions.within),
      outside: sum(({ predictions }) => predictions.outside),
    },
  };
}
