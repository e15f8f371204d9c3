/** How the origin performs: reported by operators and by the clock, left in the line for whichever process ticks the inlet. */
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
