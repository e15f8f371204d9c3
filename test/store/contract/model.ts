import { type Line, newLine, perform } from '#waiting-room/line/index.ts';
import type { LineRules } from '#waiting-room/line-rules.ts';
import { type LineStore, lineStoreOf } from '#waiting-room/ports/line.ts';

/** The pure line behind the port, for one room of any name; the line itself, and what its time is. */
export function openModel(
  rules: LineRules,
  now: number,
  incarnation = '',
): LineStore & { readonly line: Line; clock(): number } {
  const line = newLine(rules, 1, incarnation);
  perform(line, 'open', { rules, incarnation, checkpoint: null }, now);
  return {
    ...lineStoreOf(async (_, verb, input, at) => perform(line, verb, input, at).output),
    line,
    clock: () => line.clock,
  };
}
