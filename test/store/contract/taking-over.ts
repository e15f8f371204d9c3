import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FormerLine } from '#waiting-room/line/take-over.ts';
import { comparable } from './like-the-model.ts';
import { openModel } from './model.ts';
import type { Ports } from './room-under-test.ts';
import { freshId, makeRoom, presentNumbers, RULES, seconds, T0 } from './room-under-test.ts';
import { play, type Step, VIEW } from './steps.ts';

/** A set of numbers, a bit each. */
function bitsOf(...numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.floor(Math.max(0, ...numbers) / 8) + 1);
  for (const number of numbers) bytes[number >> 3] = (bytes[number >> 3] ?? 0) | (0x80 >> (number & 7));
  return bytes;
}

const inside = { visitor: 'ann', number: 1, issuedAt: T0 - seconds(60), expiresAt: T0 + seconds(60) };
const over = { visitor: 'bob', number: 2, issuedAt: T0 - seconds(90), expiresAt: T0 - seconds(30) };

/** Of 12 numbers six are served: 1 and 2 were admitted, 3 is late, nobody holds 5, and 4 and 6 may claim. */
const FORMER: FormerLine = {
  ...{ queue: 12, serving: 6, claimed: 3, completed: 1, abandoned: 0, admissions: [inside, over] },
  ...{ spent: bitsOf(1, 2, 9), missed: bitsOf(3), present: bitsOf(4, 6, 7, 8, 10, 11, 12) },
};

export function describeTakingOver(stores: Ports<'line'>): void {
  describe('taking over a line', () => {
    const holder = (number: number, visitor = `v${number}`) => ({ generation: 1, number, visitor });

    it('goes on with its numbers, where it was', async () => {
      const { line } = stores().store;
      const room = await makeRoom(stores().store);
      expect(await line.takeOver(room.id, FORMER, T0)).toBe(true);
      const view = await room.view();
      expect(view.counters).toEqual({
        ...{ queue: 12, serving: 6, waiting: 5, present: 5, claimed: 3 },
        ...{ active: 1, completed: 1, abandoned: 0, expired: 2 },
      });
      expect([view.held, presentNumbers(view)]).toEqual([2, [7, 8, 10, 11, 12]]);
      expect((await room.arrive('new')).number).toBe(13);
    });

    it('knows where each visitor stands', async () => {
      const room = await makeRoom(stores().store);
      await stores().store.line.takeOver(room.id, FORMER, T0);
      const states = [];
      for (const each of [holder(1, 'ann'), holder(2, 'bob'), ...[3, 4, 5, 6, 7, 9].map((n) => holder(n))]) {
        states.push((await room.place(each)).state);
      }
      expect(states).toEqual(['admitted', 'over', 'missed', 'served', 'missed', 'served', 'waiting', 'over']);
      expect(await room.place(holder(1, 'ann'))).toMatchObject({ admission: inside });
      expect((await room.place(holder(3))).state).toBe('missed');
    });

    it('gives who is served a claim window, and keeps silent visitors present', async () => {
      const room = await makeRoom(stores().store);
      await stores().store.line.takeOver(room.id, FORMER, T0);
      expect(await room.place(holder(4))).toEqual({ state: 'served', claimBy: T0 + RULES.claimWindow });
      expect((await room.claim(holder(4), T0 + seconds(119))).state).toBe('admitted');
      const later = T0 + seconds(3600);
      expect((await room.place(holder(6), later)).state).toBe('missed');
      expect((await room.counters(later)).present).toBe(5);
      await room.raise({ people: 1 }, later);
      expect((await room.place(holder(7), later)).state).toBe('served');
    });

    it('counts who is inside for the size', async () => {
      const room = await makeRoom(stores().store, { size: 4 });
      await stores().store.line.takeOver(room.id, FORMER, T0);
      expect((await room.raise({ people: 10 })).raisedBy).toBe(1);
    });

    it('is refused once numbers are issued or served, and changes nothing', async () => {
      const { line } = stores().store;
      const [one, other] = [await makeRoom(stores().store), await makeRoom(stores().store)];
      await one.arrive('ann');
      await other.raise({ numbers: 1 });
      for (const room of [one, other]) {
        const before = await room.counters();
        expect(await line.takeOver(room.id, FORMER, T0)).toBe(false);
        expect(await room.counters()).toEqual(before);
      }
      const third = await makeRoom(stores().store);
      expect(await line.takeOver(third.id, FORMER, T0)).toBe(true);
      expect(await line.takeOver(third.id, FORMER, T0)).toBe(false);
    });

    it('answers every verb afterwards as the model does', async () => {
      const number = fc.integer({ min: 1, max: 40 });
      const set = fc.array(number, { maxLength: 25 }).map((numbers) => bitsOf(...numbers));
      const former: fc.Arbitrary<FormerLine> = fc.record({
        queue: fc.integer({ min: 0, max: 40 }),
        serving: fc.integer({ min: 0, max: 45 }),
        claimed: fc.nat({ max: 40 }),
        completed: fc.nat({ max: 5 }),
        abandoned: fc.nat({ max: 5 }),
        ...{ spent: set, present: set, missed: set },
        admissions: fc.uniqueArray(
          number.map((n) => ({ visitor: `v${n}`, number: n, issuedAt: T0, expiresAt: T0 + seconds(n * 5 - 20) })),
          { selector: ({ visitor }) => visitor, maxLength: 5 },
        ),
      });
      const after = fc.nat({ max: seconds(90) });
      const step: fc.Arbitrary<Step> = fc.oneof(
        fc.record({ after, verb: fc.constant('raise' as const), input: fc.record({ numbers: fc.nat({ max: 9 }) }) }),
        fc.record({ after, verb: fc.constant('raise' as const), input: fc.record({ people: fc.nat({ max: 9 }) }) }),
        fc.record({ after, verb: fc.constant('claim' as const), input: number.map((n) => holder(n)) }),
        fc.record({ after, verb: fc.constant('place' as const), input: number.map((n) => holder(n)) }),
        fc.record({ after, verb: fc.constant('leave' as const), input: number.map((n) => holder(n)) }),
        fc.record({ after, verb: fc.constant('join' as const), input: fc.constant([{ visitor: 'x', claim: true }]) }),
        fc.record({ after, verb: fc.constant('view' as const), input: fc.constant(null) }),
      );
      const size = fc.constantFrom(0, 3, 20);
      await fc.assert(
        fc.asyncProperty(size, former, fc.array(step, { maxLength: 12 }), async (places, taken, steps) => {
          const { store, second } = stores();
          const id = freshId('room');
          const rules = { ...RULES, size: places };
          const model = openModel(rules, T0);
          await store.line.open(id, { rules, incarnation: '', checkpoint: null }, T0);
          let now = T0;
          const takeOver: Step = { after: 0, verb: 'takeOver', input: taken };
          for (const [n, each] of [takeOver, VIEW, ...steps, VIEW].entries()) {
            now += each.after;
            const answer = await play(each, n % 2 ? store.line : second.line, id, now);
            expect(comparable(answer), `step ${n}: ${each.verb}`).toEqual(comparable(await play(each, model, id, now)));
          }
        }),
        { numRuns: Number(process.env.RUNS ?? 60) },
      );
    }, 60_000);
  });
}
