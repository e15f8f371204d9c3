import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHearing, createJoiner } from '#waiting-room/gathering.ts';
import type { Entrant, Joined } from '#waiting-room/ports.ts';

const entrant = (visitor: string): Entrant => ({ visitor, claim: true });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Gives numbers as a line does, in batches that the test can look at, hold back or make fail. */
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
        return { generation: 1, number, entry: null, admission: null };
      });
    },
  };
  return line;
}

describe('joining', () => {
  test('in the same instant shares one command, and numbers are given in the order of the calls', async () => {
    const line = createLine();
    const join = createJoiner(line, () => 42);
    const joined = await Promise.all(['a', 'b', 'c'].map((visitor) => join('sale', entrant(visitor))));
    expect(joined.map((each) => each?.number)).toEqual([1, 2, 3]);
    expect(line.batches).toEqual([{ room: 'sale', visitors: ['a', 'b', 'c'], at: 42 }]);
  });

  test('while a command is under way shares the next one', async () => {
    const line = createLine();
    const join = createJoiner(line, Date.now);
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

  test('takes 256 a command at most', async () => {
    const line = createLine();
    const join = createJoiner(line, Date.now);
    const visitors = Array.from({ length: 600 }, (_, n) => `${n}`);
    const joined = await Promise.all(visitors.map((visitor) => join('sale', entrant(visitor))));
    expect(joined.map((each) => each?.number)).toEqual(visitors.map((_, n) => n + 1));
    expect(line.batches.map(({ visitors: { length } }) => length)).toEqual([256, 256, 88]);
  });

  test('of one room does not wait for another', async () => {
    const line = createLine();
    const join = createJoiner(line, Date.now);
    const [sale, other] = await Promise.all([join('sale', entrant('a')), join('other', entrant('b'))]);
    expect([sale?.number, other?.number]).toEqual([1, 1]);
    expect(line.batches.map(({ room }) => room)).toEqual(['sale', 'other']);
  });

  test('a closed room is null for everybody', async () => {
    const line = createLine();
    line.closed = true;
    const join = createJoiner(line, Date.now);
    expect(await Promise.all([join('sale', entrant('a')), join('sale', entrant('b'))])).toEqual([null, null]);
  });

  test('fails for those of the batch that failed, and for nobody after them', async () => {
    const line = createLine();
    const join = createJoiner(line, Date.now);
    line.failing = true;
    const failed = await Promise.allSettled([join('sale', entrant('a')), join('sale', entrant('b'))]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    line.failing = false;
    expect(await join('sale', entrant('c'))).toMatchObject({ number: 1 });
  });

  test('gives each caller the number of their own place, however the calls fall together', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), async (pauses) => {
        const line = createLine();
        const join = createJoiner(line, Date.now);
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

describe('hearing', () => {
  function createEar() {
    const told: { room: string; generation: number; numbers: number[] }[] = [];
    const line = {
      told,
      deaf: new Set<string>(),
      async heard(room: string, generation: number, numbers: readonly number[]) {
        if (line.deaf.has(room)) throw new Error('the store is away');
        told.push({ room, generation, numbers: [...numbers].sort((a, b) => a - b) });
      },
      async heardEntrants(room: string, generation: number, draw: number, indexes: readonly number[]) {
        await line.heard(`${room}, draw ${draw}`, generation, indexes);
      },
    };
    return { line, hearing: createHearing(line, Date.now) };
  }

  test('tells the store once a room and flush, each number once', async () => {
    const { line, hearing } = createEar();
    for (const number of [3, 1, 3, 3, 2]) hearing.note('sale', 1, number);
    hearing.note('other', 7, 1);
    await hearing.flush();
    expect(line.told).toEqual([
      { room: 'sale', generation: 1, numbers: [1, 2, 3] },
      { room: 'other', generation: 7, numbers: [1] },
    ]);
  });

  test('of nobody tells nothing', async () => {
    const { line, hearing } = createEar();
    hearing.note('sale', 1, 1);
    await hearing.flush();
    await hearing.flush();
    expect(line.told).toHaveLength(1);
  });

  test('forgets an older generation when it hears of a newer one, and takes no older one after it', async () => {
    const { line, hearing } = createEar();
    hearing.note('sale', 1, 10);
    hearing.note('sale', 2, 1);
    hearing.note('sale', 1, 11);
    await hearing.flush();
    expect(line.told).toEqual([{ room: 'sale', generation: 2, numbers: [1] }]);
  });

  test('keeps what the store did not take, with what came meanwhile, for the next flush', async () => {
    const { line, hearing } = createEar();
    line.deaf.add('sale');
    hearing.note('sale', 1, 1);
    await expect(hearing.flush()).rejects.toThrow('away');
    hearing.note('sale', 1, 2);
    line.deaf.clear();
    await hearing.flush();
    expect(line.told).toEqual([{ room: 'sale', generation: 1, numbers: [1, 2] }]);
  });

  test('of one room does not suffer from another', async () => {
    const { line, hearing } = createEar();
    line.deaf.add('sale');
    hearing.note('sale', 1, 1);
    hearing.note('other', 1, 2);
    await expect(hearing.flush()).rejects.toThrow('away');
    expect(line.told).toEqual([{ room: 'other', generation: 1, numbers: [2] }]);
  });

  test('keeps nothing of a generation that ended while the store was away', async () => {
    const { line, hearing } = createEar();
    line.deaf.add('sale');
    hearing.note('sale', 1, 1);
    const failing = hearing.flush();
    hearing.note('sale', 2, 5);
    await expect(failing).rejects.toThrow('away');
    line.deaf.clear();
    await hearing.flush();
    expect(line.told).toEqual([{ room: 'sale', generation: 2, numbers: [5] }]);
  });
});
