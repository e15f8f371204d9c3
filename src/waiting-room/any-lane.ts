/** Looks for what belongs to a visitor in all lanes of a room: an admission names no lane. */
import { RoomNotFound } from './errors.ts';
import { type LaneName, type LineId, namedLanesOf } from './lanes.ts';
import type { RoomId } from './room.ts';
import type { Snapshots } from './snapshots.ts';

/** What was found, and the lane that it is in: left out for the default lane. */
export interface FoundInLane<T> {
  readonly found: T;
  readonly lane?: LaneName;
}

/** Null where no lane has it, or the room does not exist. */
export type InAnyLane = <T>(room: RoomId, look: (line: LineId) => Promise<T | null>) => Promise<FoundInLane<T> | null>;

/** Looks in the default lane, and only then in the others: most rooms have none. */
export function createInAnyLane({ snapshots }: { readonly snapshots: Pick<Snapshots, 'get'> }): InAnyLane {
  return async <T>(room: RoomId, look: (line: LineId) => Promise<T | null>) => {
    const found = await look(room).catch(nullIfNoRoom);
    if (found) return { found };
    const known = await snapshots.get(room).catch(nullIfNoRoom);
    const lanes = known ? namedLanesOf(known.settings) : [];
    const all = await Promise.all(lanes.map(({ line }) => look(line).catch(nullIfNoRoom)));
    for (const [i, each] of all.entries()) if (each) return { found: each, lane: lanes[i]?.name as LaneName };
    return null;
  };
}

function nullIfNoRoom(error: unknown): null {
  if (error instanceof RoomNotFound) return null;
  throw error;
}
