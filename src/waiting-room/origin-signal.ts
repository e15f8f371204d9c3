/**
 * How the origin performs. Operators and the clock report it; a note of the line hands it to the process that ticks the
 * adaptive inlet.
 */
import type { Signal } from './inlets/index.ts';
import type { LineStore } from './ports/line.ts';
import type { RoomId } from './room.ts';

/** A report about the origin: its latency in ms and its share of errors; null is unknown. */
export type OriginSignal = Omit<Signal, 'at'>;

export function writeSignal(
  line: Pick<LineStore, 'note'>,
  room: RoomId,
  { latency, errorRate }: OriginSignal,
  at: number,
): Promise<void> {
  return line.note(room, { name: 'signal', value: JSON.stringify({ latency, errorRate, at } satisfies Signal) }, at);
}

export function readSignal(note: string): Signal | null {
  return note === '' ? null : (JSON.parse(note) as Signal);
}
