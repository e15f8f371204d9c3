import { describe, expect, it } from 'vitest';
import type { Notice, NoticeLine } from '#waiting-room/ports/notice-queue.ts';
import type { Ports } from './room-under-test.ts';
import { freshId, T0 } from './room-under-test.ts';

const of = (changes: Partial<NoticeLine> = {}): NoticeLine => ({
  ...{ line: freshId('room'), incarnation: 'aBc', generation: 2 },
  ...changes,
});
const notice = (number: number, changes: Partial<Notice> = {}): Notice => ({
  ...{ visitor: `visitor-${number}`, number, sealed: `sealed-${number}`, notBefore: 0, attempts: 0 },
  ...changes,
});

export function describeNoticeQueue(stores: Ports<'notices'>): void {
  const put = (line: NoticeLine, ...notices: Notice[]) =>
    Promise.all(notices.map((each) => stores().store.notices.put(line, each, 100)));
  const take = (line: NoticeLine, upTo = 1000, max = 100) => stores().second.notices.take(line, upTo, max, T0);

  describe('notices', () => {
    it('are taken once, up to a number, the smallest first', async () => {
      const [line, lane] = [of(), of({ line: `${freshId('room')}/members` })];
      await put(line, notice(30), notice(5), notice(20, { attempts: 3 }));
      await put(lane, notice(1));
      expect(await take(line, 20, 1)).toEqual([notice(5)]);
      expect(await take(line, 20)).toEqual([notice(20, { attempts: 3 })]);
      expect(await take(line, 29)).toEqual([]);
      expect(await take(line)).toEqual([notice(30)]);
      expect(await take(line)).toEqual([]);
      expect(await take(lane)).toEqual([notice(1)]);
    });

    it('are taken by one of many processes that take at once', async () => {
      const line = of();
      await put(line, ...Array.from({ length: 20 }, (_, n) => notice(n + 1)));
      const { store, second } = stores();
      const takes = Array.from({ length: 10 }, (_, n) => (n % 2 ? store : second).notices.take(line, 20, 4, T0));
      const numbers = (await Promise.all(takes)).flat().map(({ number }) => number);
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    });

    it('are not taken before their time, and do not keep later numbers from being taken', async () => {
      const line = of();
      await put(line, ...Array.from({ length: 90 }, (_, n) => notice(n + 1, { notBefore: T0 + 1 })), notice(200));
      expect(await take(line)).toEqual([notice(200)]);
      expect(await stores().store.notices.take(line, 1000, 100, T0 + 1)).toHaveLength(90);
    });

    it('are one a visitor, and at most so many a line', async () => {
      const { notices } = stores().store;
      const line = of();
      expect(await notices.put(line, notice(1), 2)).toBe(true);
      expect(await notices.put(line, notice(2), 2)).toBe(true);
      expect(await notices.put(line, notice(3), 2)).toBe(false);
      expect(await notices.put(line, notice(2, { sealed: 'another' }), 2)).toBe(true);
      expect(await take(line)).toEqual([notice(1), notice(2, { sealed: 'another' })]);
    });

    it('are forgotten one by one, and cleared all at once', async () => {
      const { notices } = stores().store;
      const line = of();
      await put(line, notice(1), notice(2), notice(3));
      await notices.forget(line, 'visitor-2');
      await notices.forget(line, 'nobody');
      expect(await take(line)).toEqual([notice(1), notice(3)]);
      await put(line, notice(4));
      await notices.clear(line.line);
      expect(await take(line)).toEqual([]);
    });

    it('are put back, unless their visitors have withdrawn or replaced them', async () => {
      const { store, second } = stores();
      const line = of();
      const four = [notice(1), notice(2), notice(3), notice(4)] as const;
      await put(line, ...four);
      expect(await take(line)).toEqual(four);
      const later = four.map((each) => ({ ...each, attempts: 1, notBefore: T0 }));
      await store.notices.forget(line, 'visitor-2');
      await put(line, notice(3, { sealed: 'another' }));
      for (const each of later.slice(0, 3)) await second.notices.putBack(line, each);
      await second.notices.settle(line, four[3], false);
      for (const each of later.slice(3)) await second.notices.putBack(line, each);
      expect(await take(line)).toEqual([later[0], notice(3, { sealed: 'another' })]);
      await second.notices.putBack(line, later[2] as Notice);
      expect(await take(line)).toEqual([]);
    });

    it('wait, are sent, or have failed, until their visitors ask for another one or take it back', async () => {
      const { store, second } = stores();
      const line = of();
      const progress = (n: number) => second.notices.progress(line, `visitor-${n}`);
      await put(line, notice(1), notice(2), notice(3), notice(4));
      expect(await progress(1)).toBe('waiting');
      expect(await progress(5)).toBe('sent');
      await take(line, 3);
      expect(await Promise.all([1, 2, 3, 4].map(progress))).toEqual(['sent', 'sent', 'sent', 'waiting']);
      await store.notices.settle(line, notice(1), false);
      await store.notices.settle(line, notice(2), true);
      await store.notices.settle(line, notice(3), true);
      expect(await Promise.all([1, 2, 3].map(progress))).toEqual(['sent', 'failed', 'failed']);
      await store.notices.settle(line, notice(4), true);
      expect(await progress(4)).toBe('waiting');
      expect(await take(line)).toEqual([notice(4)]);
      await put(line, notice(2, { sealed: 'another' }));
      await store.notices.forget(line, 'visitor-3');
      expect(await Promise.all([2, 3].map(progress))).toEqual(['waiting', 'sent']);
      await put(line, notice(6));
      await take(line);
      await store.notices.settle(line, notice(6), true);
      await store.notices.clear(line.line);
      expect(await progress(6)).toBe('sent');
    });

    it('of a generation that was cleared, or is over, are not put back', async () => {
      const { store, second } = stores();
      const line = of();
      await put(line, notice(1));
      await take(line);
      await store.notices.clear(line.line);
      await second.notices.putBack(line, notice(1));
      expect(await take(line)).toEqual([]);
      await put(line, notice(2));
      await take(line);
      const after = { ...line, generation: 3 };
      await put(after, notice(3));
      await second.notices.putBack(line, notice(2));
      expect(await take(after)).toEqual([notice(3)]);
    });

    it('of an earlier generation are dropped, and none is put', async () => {
      const line = of();
      const [before, after] = [
        { ...line, generation: 1 },
        { ...line, generation: 3 },
      ];
      await put(line, notice(1));
      await put(before, notice(2));
      expect(await take(before)).toEqual([]);
      await put(after, notice(3));
      expect(await take(line)).toEqual([]);
      expect(await take(after)).toEqual([notice(3)]);
      await put(after, notice(4));
      const other = { ...line, incarnation: 'dEf', generation: 1 };
      await put(other, notice(5));
      expect(await take(other)).toEqual([notice(5)]);
    });
  });
}
