/** Changing the rules of a line, and beginning a new generation. */
import type { LineRules } from '../line-rules.ts';
import { type Line, newLine } from './line.ts';
import { confirmAll } from './provisional.ts';
import { serveUpTo } from './serving.ts';
import { passTime, settle } from './settle.ts';
import type { Successor } from './succession.ts';
import { serveAgain } from './turns.ts';

/** A shared size that the line has already, or that is older than its own, changes nothing. */
function hasLaterSize({ rules: { sizeVersion } }: Line, rules: LineRules): boolean {
  return sizeVersion !== undefined && rules.sizeVersion !== undefined && rules.sizeVersion <= sizeVersion;
}

function setRules(line: Line, rules: LineRules): void {
  const { size, sizeVersion } = line.rules;
  line.rules = hasLaterSize(line, rules) ? { ...rules, size, sizeVersion } : rules;
}

/** Changes the rules; counters are not touched. */
export function configure(line: Line, rules: LineRules, at: number): void {
  passTime(line, at, 1);
  setRules(line, rules);
  applyRules(line, at);
}

/** Puts the line's rules into force. */
export function applyRules(line: Line, at: number): void {
  const { rules } = line;
  confirmAll(line);
  const now = settle(line, at);
  line.changes += 1;
  // A credit would admit newcomers, and nobody is served in these modes.
  if (rules.mode === 'paused' || rules.mode === 'closed') line.serving = Math.min(line.serving, line.queue);
  if (rules.mode === 'passthrough') {
    for (const number of line.returned) serveAgain(line, number, now);
    if (line.serving < line.queue) serveUpTo(line, line.queue, now, false);
  }
}

/**
 * Begins another line in place of this one: all tickets and admissions are void. The breaker and the load of the origin
 * stay, and so does a line that is kept.
 */
export function beginLine(line: Line, { incarnation, generation, lineage = '', epoch = 0 }: Successor): void {
  const { rules, kept, alarm, clock, skew, notes, changes } = line;
  const { stoppedAt } = line.admissions;
  const stays = { lineage, epoch, kept, alarm, clock, skew, notes: { ...notes, meter: '', told: '' } };
  Object.assign(line, newLine(rules, generation, incarnation), stays, { changes: changes + 1 });
  line.admissions.stoppedAt = stoppedAt;
}
