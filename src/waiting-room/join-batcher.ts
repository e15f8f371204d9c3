/** Gathers the visitors who join a room at the same moment into one store command. */
import type { Entrant, Joined } from './line/joins.ts';
import type { LineStore } from './ports/line.ts';
import type { RoomId } from './room.ts';

/** The largest number of visitors that one command takes: a longer command would delay everybody else's. */
const BATCH = 256;

interface PendingJoin {
  readonly entrant: Entrant;
  resolve(joined: Joined | null): void;
  reject(error: unknown): void;
}

/** Joins a visitor to a room's line. Null when the room is closed. */
export type Join = (room: RoomId, entrant: Entrant) => Promise<Joined | null>;

/**
 * Keeps the order of the calls. Calls in the same turn of the event loop share a command, and so do calls that arrive
 * while the previous command is under way.
 */
export function createJoinBatcher(line: Pick<LineStore, 'join'>, now: () => number): Join {
  const rooms = new Map<RoomId, PendingJoin[]>();

  async function drain(room: RoomId, queue: PendingJoin[]): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0, BATCH);
      try {
        const joined = await line.join(
          room,
          batch.map(({ entrant }) => entrant),
          now(),
        );
        batch.forEach(({ resolve }, i) => {
          resolve(joined?.[i] ?? null);
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    rooms.delete(room);
  }

  return (room, entrant) =>
    new Promise((resolve, reject) => {
      let queue = rooms.get(room);
      if (!queue) {
        const started: PendingJoin[] = [];
        queue = started;
        rooms.set(room, queue);
        setImmediate(() => void drain(room, started));
      }
      queue.push({ entrant, resolve, reject });
    });
}
