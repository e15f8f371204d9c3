/** A verb that changed a line, as a record that is written to the journal and replayed when the store is opened. */
import { type Input, LINE_VERBS, type Line, type LineVerb, perform } from '#waiting-room/line/index.ts';

/**
 * The verb, the caller's time, the input, and the line's time before. Calls that changed nothing else may have moved the
 * line's time and are not replayed, and how far a clock jumped back is counted from there. Early versions did not write
 * the line's time: their commands were done at it.
 */
export type Command = {
  [V in LineVerb]: readonly [verb: V, now: number, input: Input<V>, clock?: number];
}[LineVerb];

/** What earlier versions called some verbs, in journals that they wrote. */
const FORMER_NAMES: Readonly<Record<string, LineVerb>> = {
  heard: 'recordHeartbeats',
  heardEntrants: 'recordEntrantHeartbeats',
  alarm: 'setAlarm',
  predicted: 'recordPredictions',
  exits: 'reportExits',
};

/**
 * The record of a verb. A view for the memory changes a line as any view does, and the version before this one reads no
 * other. It does not know the browsers of an admission either: their serials are saved with the whole line only, so a
 * crash forgets the latest, and these admissions count their browsers from there. Lists are copied: they are written at
 * the end of the turn, when the caller may reuse them.
 */
export function commandOf<V extends LineVerb>(verb: V, now: number, input: Input<V>, clock: number): Command {
  if (verb === 'viewForMemory' || verb === 'useAdmission') return ['view', now, null, clock];
  if (verb === 'confirm') return ['confirm', now, visitorOf(input as Input<'confirm'>), clock];
  // The compiler does not see that a verb and its input belong together.
  return [verb, now, copyOf(input), clock] as Command;
}

export function replay(line: Line, [written, now, input, clock]: Command): void {
  const verb = isExtension(written, input) ? 'extend' : (FORMER_NAMES[written] ?? written);
  if (!LINE_VERBS.includes(verb)) throw new TypeError(`the journal has an unknown verb, ${verb}`);
  // Nothing expired between the change before this one and then: that would have been a change.
  line.clock = clock ?? line.clock;
  perform(line, verb, isFormerReset(written, input) ? { incarnation: line.incarnation } : input, now);
}

/** How an early version recorded more time for a turn. */
const isExtension = (written: string, input: unknown) =>
  written === 'rejoin' && typeof input === 'object' && input !== null && 'extends' in input;

/** In earlier versions the line after a reset had the incarnation of the line before. */
const isFormerReset = (written: string, input: unknown) => written === 'reset' && input === null;

const visitorOf = (input: Input<'confirm'>) => (typeof input === 'string' ? input : input.visitor);

function copyOf<T>(input: T): T {
  if (Array.isArray(input)) return input.slice() as T;
  if (typeof input !== 'object' || input === null) return input;
  const entries = Object.entries(input).map(([key, value]) => [key, Array.isArray(value) ? value.slice() : value]);
  return Object.fromEntries(entries) as T;
}
