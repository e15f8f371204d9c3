/**
 * A line whose time does nothing but pass. Steps that look at one admission leave what is due there to the next step
 * that settles: an admission says by itself when it ends.
 */
import { JUMP } from './jump.ts';
import type { Line } from './line.ts';

/** Whether no clock jumped, as far as a caller's time tells, and no pause stops anything. */
export function isSteady(line: Line, at: number): boolean {
  const ahead = at - line.clock;
  return (
    ahead >= -JUMP &&
    (ahead <= JUMP || line.jumpedAt === 0) &&
    line.rules.mode !== 'paused' &&
    line.turnsStopped === 0 &&
    line.admissions.stoppedAt === 0
  );
}

/** The time for a step that settles nothing. The line's clock stays, since all that is due by it has been settled. */
export function timeFor(line: Line, at: number): number {
  return Math.max(line.clock, at);
}
