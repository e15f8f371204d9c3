/** Gathers the visitors who join a room at the same moment into one store command. */
import { StoreOverloaded } from './errors.ts';
import type { Entrant, Joined } from './line/joins.ts';
import type { LineStore } from './ports/line.ts';
import type { RoomId } from './room.ts';

/** The largest number of visitors that one command takes: a longer command would delay everybody else's. */
const BATCH = 256;
/** How long a join may wait for its command, in ms. */
const PATIENCE = 2000;
/** The most joins that wait for one room, however fast the store is. */
const MOST = 64 * BATCH;

interface PendingJoin {
  readonly entrant: Entrant;
  /** When it began to wait, in ms by `elapsed`. */
  readonly since: number;
  resolve(joined: Joined | null): void;
  reject(error: unknown): void;
}

interface Queue {
  readonly waiting: PendingJoin[];
  /** When the command under way began, in ms by `elapsed`; null while there is none. */
  startedAt: number | null;
  /** How long the last command took, in ms. */
  took: number;
}

/** Joins a visitor to a room's line. Null when the room is closed. */
export type Join = (room: RoomId, entrant: Entrant) => Promise<Joined | null>;

/**
 * Keeps the order of the calls. Calls in the same turn of the event loop share a command, and so do calls that arrive
 * while the previous command is under way. While the store is slow, a join that would wait for too long is rejected with
 * StoreOverloaded: it has no number, and its visitor may try again. `elapsed` counts milliseconds and, unlike `now`, never
 * jumps.
 */
export function createJoinBatcher(
  line: Pick<LineStore, 'join'>,
  now: () => number,
  elapsed: () => number = () => performance.now(),
): Join {
  const rooms = new Map<RoomId, Queue>();

  async function send(room: RoomId, batch: readonly PendingJoin[]): Promise<void> {
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

  async function drain(room: RoomId, queue: Queue): Promise<void> {
    for (let batch = nextBatch(queue); batch.length > 0; batch = nextBatch(queue)) {
      queue.startedAt = elapsed();
      await send(room, batch);
      queue.took = elapsed() - queue.startedAt;
    }
    queue.startedAt = null;
  }

  /** The joins of the next command, without those that have waited for too long. */
  function nextBatch({ waiting }: Queue): PendingJoin[] {
    const inTime = waiting.findIndex(({ since }) => elapsed() - since <= PATIENCE);
    for (const { reject } of waiting.splice(0, inTime === -1 ? waiting.length : inTime)) reject(new StoreOverloaded());
    return waiting.splice(0, BATCH);
  }

  /** How many joins the store takes before they have waited for too long, at the pace of the last command. */
  function mostOf({ startedAt, took }: Queue): number {
    const pace = Math.max(took, startedAt === null ? 0 : elapsed() - startedAt);
    return Math.min(MOST, Math.max(1, Math.floor(PATIENCE / pace)) * BATCH);
  }

  return (room, entrant) =>
    new Promise((resolve, reject) => {
      let queue = rooms.get(room);
      if (!queue) {
        queue = { waiting: [], startedAt: null, took: 0 };
        rooms.set(room, queue);
      }
      const { waiting } = queue;
      if (waiting.length >= mostOf(queue)) return reject(new StoreOverloaded());
      waiting.push({ entrant, since: elapsed(), resolve, reject });
      if (waiting.length === 1 && queue.startedAt === null) setImmediate(() => void drain(room, queue));
    });
}
