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
  /** A heartbeat of a numbered visitor, and whether the ticket is proven. */
  record(room: RoomId, line: LineRef, number: number, isProven?: boolean): void;
  /** The one heartbeat of a visitor who is silent until the claim. */
  recordLasting(room: RoomId, line: LineRef, number: number): void;
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
  readonly lasting: boolean;
  readonly numbers: Set<number>;
  /** Those of the numbers whose tickets are proven. */
  readonly proven: Set<number>;
}

export function createHeartbeatBuffer(
  line: Pick<LineStore, 'recordHeartbeats' | 'recordEntrantHeartbeats'>,
  now: () => number,
): HeartbeatBuffer {
  let batches = new Map<string, Batch>();
  /** Of the heartbeat before: nearly always of the next one too. */
  let latest: Batch | undefined;

  function batchOf(
    room: RoomId,
    { incarnation = '', generation }: LineRef,
    { draw, lasting }: Pick<Batch, 'draw' | 'lasting'>,
  ): Batch | undefined {
    if (
      latest?.room === room &&
      latest.incarnation === incarnation &&
      latest.generation === generation &&
      latest.draw === draw &&
      latest.lasting === lasting
    ) {
      return latest;
    }
    const key = `${room} ${incarnation} ${draw} ${lasting}`;
    let batch = batches.get(key);
    if (batch?.generation !== generation) {
      if (batch && batch.generation > generation) return undefined;
      batch = { room, incarnation, generation, draw, lasting, numbers: new Set(), proven: new Set() };
      batches.set(key, batch);
    }
    latest = batch;
    return batch;
  }

  function record(
    room: RoomId,
    line: LineRef,
    kind: Pick<Batch, 'draw' | 'lasting'>,
    number: number,
    isProven = false,
  ): void {
    const batch = batchOf(room, line, kind);
    if (!batch) return;
    batch.numbers.add(number);
    if (isProven) batch.proven.add(number);
  }

  async function send({ room, incarnation, generation, draw, lasting, numbers, proven }: Batch): Promise<void> {
    const of = { incarnation, generation };
    const all = [...numbers];
    const shown = { ...(proven.size > 0 ? { proven: [...proven] } : {}), ...(lasting ? { lasting } : {}) };
    try {
      if (draw > 0) await line.recordEntrantHeartbeats(room, { ...of, draw, indexes: all }, now());
      else await line.recordHeartbeats(room, { ...of, numbers: all, ...shown }, now());
    } catch (error) {
      // The room was deleted: its heartbeats have no line to go to.
      if (error instanceof RoomNotFound) return;
      for (const number of numbers) record(room, of, { draw, lasting }, number, proven.has(number));
      throw error;
    }
  }

  return {
    record: (room, line, number, isProven) => record(room, line, { draw: 0, lasting: false }, number, isProven),
    recordLasting: (room, line, number) => record(room, line, { draw: 0, lasting: true }, number),
    recordEntrant: (room, line, { draw, index }) => record(room, line, { draw, lasting: false }, index),
    async flush() {
      const sending = [...batches.values()];
      batches = new Map();
      latest = undefined;
      await Promise.all(sending.map(send));
    },
  };
}
