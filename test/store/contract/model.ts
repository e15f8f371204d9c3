import { newLine, perform } from '#waiting-room/line/index.ts';
import type { LineRules } from '#waiting-room/line-rules.ts';
import { type LineStore, lineStoreOf } from '#waiting-room/ports/line.ts';

/** The pure line behind the port, for one room of any name; and what its time is. */
export function openModel(rules: LineRules, now: number, incarnation = ''): LineStore & { clock(): number } {
  const line = newLine(rules, 1, incarnation);
  perform(line, 'open', { rules, incarnation, checkpoint: null }, now);
  return {
    ...lineStoreOf(async (_, verb, input, at) => perform(line, verb, input, at).output),
    clock: () => line.clock,
  };
}
