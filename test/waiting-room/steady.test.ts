import { expect, it } from 'vitest';
import { newLine } from '#waiting-room/line/line.ts';
import { isSteady, timeFor } from '#waiting-room/line/steady.ts';

const RULES = { mode: 'queue', size: 0, lifetime: 600_000, claimWindow: 120_000, presenceTimeout: 180_000 } as const;
const CLOCK = 1_800_000_000_000;
const lineAt = (clock: number) => Object.assign(newLine(RULES), { clock });

it.each([
  ['a caller at the line’s time', 0, {}, true],
  ['a caller who is as far behind as two clocks may differ', -5000, {}, true],
  ['a caller whose clock jumped back', -5001, {}, false],
  ['a caller after a long silence', 3_600_000, {}, true],
  ['a caller who is ahead, after a jump back', 5001, { jumpedAt: CLOCK - 1000 }, false],
  ['a caller who is a little ahead, after a jump back', 5000, { jumpedAt: CLOCK - 1000 }, true],
  ['a paused line', 0, { rules: { ...RULES, mode: 'paused' as const } }, false],
  ['a line whose claim windows stood still until now', 0, { turnsStopped: CLOCK - 1000 }, false],
])('says of %s whether the line’s time only passes', (_, ahead, fields, steady) => {
  expect(isSteady(Object.assign(lineAt(CLOCK), fields), CLOCK + ahead)).toBe(steady);
});

it('is not so while admissions are stopped', () => {
  const line = lineAt(CLOCK);
  line.admissions.stoppedAt = CLOCK;
  expect(isSteady(line, CLOCK)).toBe(false);
});

it('never goes back, and leaves the clock of the line where all is settled', () => {
  const line = lineAt(CLOCK);
  expect([timeFor(line, CLOCK + 10), timeFor(line, CLOCK - 10), line.clock]).toEqual([CLOCK + 10, CLOCK, CLOCK]);
});
