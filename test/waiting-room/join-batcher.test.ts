import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { StoreOverloaded } from '#waiting-room/errors.ts';
import { createJoinBatcher, type Join } from '#waiting-room/join-batcher.ts';
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

  describe('of a slow store', () => {
    let time: number;
    beforeEach(() => {
      time = 1_800_000_000_000;
    });

    /** A line whose commands take so long. */
    function slowLine(milliseconds: number) {
      const line = createLine();
      const { join } = line;
      line.join = async (...args) => {
        const joined = await join(...args);
        time += milliseconds;
        return joined;
      };
      return line;
    }

    const outcomes = async (joins: readonly Promise<Joined | null>[]) => {
      const settled = await Promise.allSettled(joins);
      for (const each of settled) {
        if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(StoreOverloaded);
      }
      return {
        numbers: settled.flatMap((each) => (each.status === 'fulfilled' && each.value ? [each.value.number] : [])),
        refused: settled.filter(({ status }) => status === 'rejected').length,
      };
    };
    const crowd = (join: Join, count: number) =>
      Array.from({ length: count }, (_, n) => join('sale', entrant(`v${n}`)));

    test('refuses at once the joins that would wait for more than two seconds', async () => {
      const line = slowLine(200);
      const join = createJoinBatcher(line, Date.now, () => time);
      // From its first command on, the batcher knows how long one takes.
      await join('sale', entrant('first'));
      const { numbers, refused } = await outcomes(crowd(join, 5000));
      expect(numbers).toEqual(Array.from({ length: 2560 }, (_, n) => n + 2));
      expect(refused).toBe(2440);
      expect(line.batches.flatMap(({ visitors }) => visitors)).toHaveLength(2561);
      // Later joins are not refused.
      expect(await join('sale', entrant('later'))).toMatchObject({ number: 2562 });
    });

    test('refuses joins while one command takes long, and lets one command’s worth wait', async () => {
      const line = createLine();
      const join = createJoinBatcher(line, Date.now, () => time);
      line.hold();
      const first = join('sale', entrant('first'));
      await turn();
      time += 1990;
      const waiting = crowd(join, 300);
      line.letGo();
      const { numbers, refused } = await outcomes([first, ...waiting]);
      expect([numbers.length, refused]).toEqual([257, 44]);
    });

    test('sends no join that has waited for more than two seconds', async () => {
      const line = createLine();
      const join = createJoinBatcher(line, Date.now, () => time);
      line.hold();
      const first = join('sale', entrant('first'));
      await turn();
      const waiting = crowd(join, 3);
      time += 2001;
      line.letGo();
      expect(await outcomes([first, ...waiting])).toEqual({ numbers: [1], refused: 3 });
      expect(line.batches).toHaveLength(1);
    });

    test('sends joins that waited while the clock of the machine jumped', async () => {
      const line = createLine();
      let now = 1_800_000_000_000;
      const join = createJoinBatcher(line, () => now);
      line.hold();
      const first = join('sale', entrant('first'));
      await turn();
      const waiting = crowd(join, 3);
      now -= 3_600_000;
      line.letGo();
      expect(await outcomes([first, ...waiting])).toEqual({ numbers: [1, 2, 3, 4], refused: 0 });
    });

    test('holds no more joins than fit in memory, however fast the store was', async () => {
      const join = createJoinBatcher(createLine(), Date.now, () => time);
      const { numbers, refused } = await outcomes(crowd(join, 20_000));
      expect([numbers.length, refused]).toEqual([16_384, 3616]);
    });

    test('does not count the joins of one room against another', async () => {
      const line = slowLine(2000);
      const join = createJoinBatcher(line, Date.now, () => time);
      await join('sale', entrant('first'));
      const ofSale = outcomes(crowd(join, 300));
      expect(await join('other', entrant('a'))).toMatchObject({ number: 1 });
      expect((await ofSale).refused).toBe(44);
    });
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
