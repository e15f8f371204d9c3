/** Gathers the heartbeats that a process receives and records them in the store, one command a room and second. */
import { RoomNotFound } from './errors.ts';
import type { Entry } from './line/draw.ts';
import type { LineStore } from './ports/line.ts';
import type { RoomId } from './room.ts';

/** The line that a ticket is of. */
export interface LineRef {
  readonly incarnation?: string | undefined;
  readonly generation: number;
}

export interface HeartbeatBuffer {
  /** A heartbeat of a numbered visitor. */
  record(room: RoomId, line: LineRef, number: number): void;
  /** A heartbeat of an entrant of a draw. */
  recordEntrant(room: RoomId, line: LineRef, entry: Entry): void;
  /** Sends one command a room. Heartbeats that the store did not take stay for the next flush. */
  flush(): Promise<void>;
}

/** Heartbeats of one room: numbers of the line where `draw` is 0, otherwise arrival indexes of entrants of that draw. */
interface Batch {
  readonly room: RoomId;
  readonly incarnation: string;
  readonly generation: number;
  readonly draw: number;
  readonly numbers: Set<number>;
}

export function createHeartbeatBuffer(
  line: Pick<LineStore, 'recordHeartbeats' | 'recordEntrantHeartbeats'>,
  now: () => number,
): HeartbeatBuffer {
  let batches = new Map<string, Batch>();

  function record(room: RoomId, { incarnation = '', generation }: LineRef, draw: number, number: number): void {
    const key = `${room} ${incarnation} ${draw}`;
    let batch = batches.get(key);
    if (batch?.generation !== generation) {
      if (batch && batch.generation > generation) return;
      batch = { room, incarnation, generation, draw, numbers: new Set() };
      batches.set(key, batch);
    }
    batch.numbers.add(number);
  }

  async function send({ room, incarnation, generation, draw, numbers }: Batch): Promise<void> {
    try {
      if (draw === 0) await line.recordHeartbeats(room, { incarnation, generation, numbers: [...numbers] }, now());
      else await line.recordEntrantHeartbeats(room, { incarnation, generation, draw, indexes: [...numbers] }, now());
    } catch (error) {
      // The room was deleted: its heartbeats have no line to go to.
      if (error instanceof RoomNotFound) return;
      for (const number of numbers) record(room, { incarnation, generation }, draw, number);
      throw error;
    }
  }

  return {
    record: (room, line, number) => record(room, line, 0, number),
    recordEntrant: (room, line, { draw, index }) => record(room, line, draw, index),
    async flush() {
      const sending = [...batches.values()];
      batches = new Map();
      await Promise.all(sending.map(send));
    },
  };
}
