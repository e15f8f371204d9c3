import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createJoinBatcher } from '#waiting-room/join-batcher.ts';
import type { Entrant, Joined } from '#waiting-room/line/joins.ts';

const entrant = (visitor: string): Entrant => ({ visitor, claim: true });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Issues numbers as a line does. The test can inspect the batches, hold them back or make them fail. */
function createLine() {
  const batches: { room: string; visitors: string[]; at: number }[] = [];
  let held: Promise<void> | null = null;
  let letGo = () => {};
  const given = new Map<string, number>();
  const line = {
    batches,
    closed: false,
    failing: false,
    hold() {
      held = new Promise((resolve) => {
        letGo = resolve;
      });
    },
    letGo: () => letGo(),
    async join(room: string, entrants: readonly Entrant[], at: number): Promise<Joined[] | null> {
      batches.push({ room, visitors: entrants.map(({ visitor }) => visitor), at });
      await held;
      if (line.failing) throw new Error('the store is away');
      if (line.closed) return null;
      return entrants.map(() => {
        const number = (given.get(room) ?? 0) + 1;
        given.set(room, number);
        return { incarnation: '', generation: 1, number, entry: null, admission: null, budgeted: true };
      });
    },
  };
  return line;
}

describe('the join batcher', () => {
  test('joins the visitors of one moment with one command, and issues numbers in the order of the calls', async () => {
    const line = createLine();
    const join = createJoinBatcher(line, () => 42);
    const joined = await Promise.all(['a', 'b', 'c'].map((visitor) => join('sale', entrant(visitor))));
    expect(joined.map((each) => each?.number)).toEqual([1, 2, 3]);
    expect(line.batches).toEqual([{ room: 'sale', visitors: ['a', 'b', 'c'], at: 42 }]);
  });

  test('joins the visitors who arrive during a command with the next one', async () => {
    const line = createLine();
    const join = createJoinBatcher(line, Date.now);
    line.hold();
    const first = join('sale', entrant('a'));
    await turn();
    const later = ['b', 'c', 'd'].map((visitor) => join('sale', entrant(visitor)));
    await turn();
    expect(line.batches).toHaveLength(1);
    line.letGo();
    expect((await Promise.all([first, ...later])).map((each) => each?.number)).toEqual([1, 2, 3, 4]);
    expect(line.batches.map(({ visitors }) => visitors)).toEqual([['a'], ['b', 'c', 'd']]);
  });

  test('joins at most 256 visitors with one command', async () => {
    const line = createLine();
    const join = createJoinBatcher(line, Date.now);
    const visitors = Array.from({ length: 600 }, (_, n) => `${n}`);
    const joined = await Promise.all(visitors.map((visitor) => join('sale', entrant(visitor))));
    expect(joined.map((each) => each?.number)).toEqual(visitors.map((_, n) => n + 1));
    expect(line.batches.map(({ visitors: { length } }) => length)).toEqual([256, 256, 88]);
  });

  test('does not make one room wait for another', async () => {
    const line = createLine();
    const join = createJoinBatcher(line, Date.now);
    const [sale, other] = await Promise.all([join('sale', entrant('a')), join('other', entrant('b'))]);
    expect([sale?.number, other?.number]).toEqual([1, 1]);
    expect(line.batches.map(({ room }) => room)).toEqual(['sale', 'other']);
  });

  test('returns null to every visitor of a closed room', async () => {
    const line = createLine();
    line.closed = true;
    const join = createJoinBatcher(line, Date.now);
    expect(await Promise.all([join('sale', entrant('a')), join('sale', entrant('b'))])).toEqual([null, null]);
  });

  test('rejects the joins of a failed command and no later ones', async () => {
    const line = createLine();
    const join = createJoinBatcher(line, Date.now);
    line.failing = true;
    const failed = await Promise.allSettled([join('sale', entrant('a')), join('sale', entrant('b'))]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    line.failing = false;
    expect(await join('sale', entrant('c'))).toMatchObject({ number: 1 });
  });

  test('gives each caller the number of their own place, however the calls are batched', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), async (pauses) => {
        const line = createLine();
        const join = createJoinBatcher(line, Date.now);
        const calls: Promise<Joined | null>[] = [];
        for (const [n, pause] of pauses.entries()) {
          calls.push(join('sale', entrant(`${n}`)));
          if (pause) await turn();
        }
        expect((await Promise.all(calls)).map((each) => each?.number)).toEqual(pauses.map((_, n) => n + 1));
        expect(line.batches.flatMap(({ visitors }) => visitors)).toEqual(pauses.map((_, n) => `${n}`));
      }),
    );
  });
});
