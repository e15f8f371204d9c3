import { LaneHasVisitors } from './errors.ts';
import { lanesOf, namedLanesOf } from './lanes.ts';
import type { LineView } from './line/counters.ts';
import type { OperationsContext } from './operations-context.ts';
import type { RoomSettings } from './room.ts';

/**
 * Guards the visitors of a lane: settings that remove or rename it would void their numbers and admissions. Returns the
 * settings to store; rejects with LaneHasVisitors unless the context keeps such lanes.
 */
export function createLaneGuard({ store, now, laneKept }: Pick<OperationsContext, 'store' | 'now' | 'laneKept'>) {
  return async (before: RoomSettings | null, after: RoomSettings): Promise<RoomSettings> => {
    let kept = after;
    for (const { name = '', line, share } of removedLanes(before, after)) {
      if (isEmpty(await store.line.view(line, now()))) continue;
      if (!laneKept) throw new LaneHasVisitors(after.id, name);
      laneKept(after.id, name);
      // The default lane gives up so much, and no more than it has.
      const [{ share: rest }] = lanesOf(kept);
      kept = { ...kept, lanes: { ...kept.lanes, [name]: Math.max(LEAST, Math.min(share, rest)) } };
    }
    return kept;
  };
}

/** The lanes of a room that a change of its settings removes. */
export const removedLanes = (before: RoomSettings | null, after: RoomSettings) =>
  before ? namedLanesOf(before).filter(({ name = '' }) => !Object.hasOwn(after.lanes ?? {}, name)) : [];

/** A share of a lane that is kept where the others take all: idle places are lent to it. */
const LEAST = 1e-9;

/** Whether nobody is in line, inside, or waits for a draw. */
function isEmpty({ counters, inside, held, draws }: LineView): boolean {
  const last = draws.at(-1);
  const entrants = last?.drawnAt === null ? last.arrivals : 0;
  return counters.waiting + counters.active + inside + held + entrants === 0;
}
