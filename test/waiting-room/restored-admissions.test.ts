import { describe, expect, test } from 'vitest';
import type { Restoration } from '#waiting-room/line/ledger.ts';
import type { Checkpoint } from '#waiting-room/line/opening.ts';
import { createRestoredAdmissions, restoreAll } from '#waiting-room/restored-admissions.ts';
import { openModel } from '../store/contract/model.ts';
import { RULES, seconds, T0 } from '../store/contract/room-under-test.ts';

type Admissions = Restoration['admissions'];

const admitted = (count: number): Admissions =>
  Array.from({ length: count }, (_, n) => ({
    ...{ visitor: `v${n + 1}`, number: n + 1, issuedAt: T0 - seconds(60), expiresAt: T0 + seconds(600) },
  }));

/** A line of size 5 with three inside, lost and opened again at T0, and the ledger. */
async function reopened() {
  const rules = { ...RULES, size: 5 };
  const line = openModel(rules, T0 - seconds(100), 'first');
  const joined = Array.from({ length: 10 }, (_, n) => ({ visitor: `v${n + 1}`, claim: false }));
  await line.join('sale', joined, T0 - seconds(100));
  const { counters, ...view } = await line.view('sale', T0 - seconds(100));
  const seen = { ...counters, serving: 3, claimed: 3, active: 3, queue: 10 };
  const checkpoint: Checkpoint = { ...view, counters: seen, draws: [] };
  await line.open('sale', { rules, incarnation: 'unused', checkpoint }, T0);
  let [ledger, asked, now]: [Admissions, number, number] = [[], 0, T0];
  const inside = async () => {
    asked += 1;
    return ledger;
  };
  const saw = createRestoredAdmissions({ checkpoints: { inside }, line, now: () => now });
  return {
    line,
    asked: () => asked,
    knows: (admissions: Admissions) => {
      ledger = admissions;
    },
    /** What a view leads to, so long after the line was opened again. */
    async look(after: number) {
      now = T0 + after;
      await saw('sale', await line.view('sale', now));
      return (await line.view('sale', now)).counters.active;
    },
    has: async (visitor: string) => (await line.admission('sale', visitor, now)) !== null,
  };
}

describe('admissions of a line that was opened again', () => {
  test('are restored although the ledger shows them late', async () => {
    const { knows, look, has } = await reopened();
    expect(await look(100)).toBe(3);
    knows(admitted(3));
    expect(await look(2000)).toBe(3);
    expect(await has('v3')).toBe(true);
  });

  test('keep no place without a name when the ledger has told all', async () => {
    const { knows, look } = await reopened();
    knows(admitted(2));
    expect([await look(100), await look(4000), await look(6000)]).toEqual([3, 3, 2]);
  });

  test('are not those that the line admitted since: it knows what became of them', async () => {
    const { knows, look, has } = await reopened();
    knows(admitted(1).map((each) => ({ ...each, visitor: 'late', number: 9, issuedAt: T0 + 100 })));
    await look(2000);
    expect(await has('late')).toBe(false);
  });

  test('are asked for now and then, and only for some seconds', async () => {
    const { look, asked } = await reopened();
    for (let after = 0; after < 20_000; after += 100) await look(after);
    expect(asked()).toBe(7);
  });
});

test('a line that lost nothing is never compared with the ledger', async () => {
  const line = openModel(RULES, T0);
  const inside = () => Promise.reject(new Error('asked'));
  await createRestoredAdmissions({ checkpoints: { inside }, line, now: () => T0 })('sale', await line.view('sale', T0));
});

test('many are restored in steps, and the last one says that these are all', async () => {
  const steps: Restoration[] = [];
  const line = { restoreAdmissions: async (_: string, restoration: Restoration) => void steps.push(restoration) };
  const of = { incarnation: 'first', generation: 1, isComplete: true };
  await restoreAll(line, 'sale', { ...of, admissions: admitted(12_000) }, () => T0);
  await restoreAll(line, 'sale', { ...of, admissions: [] }, () => T0);
  expect(steps.map(({ admissions, isComplete }) => [admissions.length, isComplete])).toEqual([
    ...[
      [5000, false],
      [5000, false],
      [2000, true],
    ],
    [0, true],
  ]);
});
