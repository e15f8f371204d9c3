/** What processes share through the line beside its numbers. */
import type { Line } from './line.ts';
import type { NoteName } from './note-name.ts';

/** Turns the breaker on or off: while it is on, no inlet raises the counter. */
export function setAlarm(line: Line, on: boolean): void {
  if (line.alarm === on) return;
  line.alarm = on;
  line.changes += 1;
}

export interface Note {
  readonly name: NoteName;
  readonly value: string;
  /** Where it is set, the note is written only if it still has this value. */
  readonly from?: string | undefined;
}

export function note(line: Line, { name, value, from }: Note): void {
  if (from !== undefined && line.notes[name] !== from) return;
  line.notes[name] = value;
  line.changes += 1;
}

/** Counts predicted waits that came true, and that did not. */
export function recordPredictions(line: Line, { within, outside }: Line['predictions']): void {
  if (within === 0 && outside === 0) return;
  line.predictions.within += within;
  line.predictions.outside += outside;
  line.changes += 1;
}
