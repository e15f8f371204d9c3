import { expect, it } from 'vitest';
import { freeze, thaw } from '#store/embedded/frozen-line.ts';
import { newLine } from '#waiting-room/line/index.ts';
import { RULES } from './contract/room-under-test.ts';

it('counts the visitors in budgets when a line is read, whatever a version before wrote', () => {
  const budget = new Map([
    ['/network1', ['1:0,home-no1:ann', '2:0,home-no1:bob']],
    ['/network2', ['3:0,home-no2:cat']],
  ]);
  expect(thaw(freeze({ ...newLine(RULES), budget, budgetEntries: 7 })).budgetEntries).toBe(3);
});
