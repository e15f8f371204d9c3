/** Many small things of one instant made into one store command. */
import type { Entrant, Joined, LineStore } from './ports.ts';
import type { RoomId } from './room.ts';

/** How many newcomers one command takes at most: keeps it short for everybody else. */
const BATCH = 256;

interface Waiting {
  readonly entrant: Entrant;
  resolve(joined: Joined | null): void;
  reject(error: unknown): void;
}

/**
 * Joins in the order of the calls. Those of the same turn of the event loop, and those that come while a command
 * is under way, share the next one. Null where the room is closed.
 */
export function createJoiner(line: Pick<LineStore, 'join'>, now: () => number) {
  const rooms = new Map<RoomId, Waiting[]>();

  async function drain(room: RoomId, queue: Waiting[]): Promise<void> {
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

  return (room: RoomId, entrant: Entrant): Promise<Joined | null> =>
    new Promise((resolve, reject) => {
      let queue = rooms.get(room);
      if (!queue) {
        const started: Waiting[] = [];
        queue = started;
        rooms.set(room, queue);
        setImmediate(() => void drain(room, started));
      }
      queue.push({ entrant, resolve, reject });
    });
}

/** Numbers that were heard from since the last flush, a set a room and generation. */
export interface Hearing {
  note(room: RoomId, generation: number, number: number): void;
  /** One command a room. What the store did not take stays for the next flush. */
  flush(): Promise<void>;
}

export function createHearing(line: Pick<LineStore, 'heard'>, now: () => number): Hearing {
  let gathered = new Map<RoomId, { generation: number; numbers: Set<number> }>();
  return {
    note(room, generation, number) {
      let heard = gathered.get(room);
      if (heard?.generation !== generation) {
        if (heard && heard.generation > generation) return;
        heard = { generation, numbers: new Set() };
        gathered.set(room, heard);
      }
      heard.numbers.add(number);
    },
    async flush() {
      const batch = gathered;
      gathered = new Map();
      await Promise.all(
        [...batch].map(async ([room, { generation, numbers }]) => {
          try {
            await line.heard(room, generation, [...numbers], now());
          } catch (error) {
            for (const number of numbers) this.note(room, generation, number);
            throw error;
          }
        }),
      );
    },
  };
}
