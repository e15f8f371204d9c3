/** Many small things of one instant made into one store command. */
import { RoomNotFound } from './errors.ts';
import type { Entrant, Entry, Joined, LineStore } from './ports.ts';
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

/** Who was heard from since the last flush, a set a room and generation. */
export interface Hearing {
  note(room: RoomId, generation: number, number: number): void;
  noteEntrant(room: RoomId, generation: number, entry: Entry): void;
  /** A command a room. What the store did not take stays for the next flush. */
  flush(): Promise<void>;
}

/** What was heard of one room: numbers of the line, or entrants of its `draw`th draw where that is not 0. */
interface Heard {
  readonly room: RoomId;
  readonly generation: number;
  readonly draw: number;
  readonly numbers: Set<number>;
}

export function createHearing(line: Pick<LineStore, 'heard' | 'heardEntrants'>, now: () => number): Hearing {
  let gathered = new Map<string, Heard>();

  function note(room: RoomId, generation: number, draw: number, number: number): void {
    const key = draw === 0 ? room : `${room} ${draw}`;
    let heard = gathered.get(key);
    if (heard?.generation !== generation) {
      if (heard && heard.generation > generation) return;
      heard = { room, generation, draw, numbers: new Set() };
      gathered.set(key, heard);
    }
    heard.numbers.add(number);
  }

  async function send({ room, generation, draw, numbers }: Heard): Promise<void> {
    try {
      if (draw === 0) await line.heard(room, generation, [...numbers], now());
      else await line.heardEntrants(room, generation, draw, [...numbers], now());
    } catch (error) {
      // A room that was deleted hears nobody any more.
      if (error instanceof RoomNotFound) return;
      for (const number of numbers) note(room, generation, draw, number);
      throw error;
    }
  }

  return {
    note: (room, generation, number) => note(room, generation, 0, number),
    noteEntrant: (room, generation, { draw, index }) => note(room, generation, draw, index),
    async flush() {
      const batch = [...gathered.values()];
      gathered = new Map();
      await Promise.all(batch.map(send));
    },
  };
}
