import { describe, expect, it, vi } from 'vitest';
import type { Ports } from './room-under-test.ts';
import { freshId } from './room-under-test.ts';

const TTL = 60_000;

export function describeSharedCounts(stores: Ports<'sharedCounts'>): void {
  const counts = (entries: Record<string, number>) => new Map(Object.entries(entries));

  describe('shared counts', () => {
    it('adds up what processes add, for each group and counter', async () => {
      const { store, second } = stores();
      const [group, other] = [freshId('group'), freshId('group')];
      expect(await store.sharedCounts.add(group, counts({ a: 2, b: 1 }), TTL)).toEqual(counts({ a: 2, b: 1 }));
      expect(await second.sharedCounts.add(group, counts({ a: 3, c: 0 }), TTL)).toEqual(counts({ a: 5, c: 0 }));
      expect(await second.sharedCounts.add(other, counts({ a: 1 }), TTL)).toEqual(counts({ a: 1 }));
      expect(await store.sharedCounts.add(group, new Map(), TTL)).toEqual(new Map());
    });

    it('forgets a group when its time has passed', async () => {
      const { store } = stores();
      const group = freshId('group');
      await store.sharedCounts.add(group, counts({ a: 2 }), 1);
      await vi.waitFor(async () => {
        // Nothing is added, for as short a time.
        expect(await store.sharedCounts.add(group, counts({ a: 0 }), 1)).toEqual(counts({ a: 0 }));
      }, 5000);
    });

    it('has a bounded number of counters in a group', async () => {
      const { store } = stores();
      const group = freshId('group');
      for (let from = 0; from < 50_000; from += 1000) {
        const many = new Map(Array.from({ length: 1000 }, (_, n) => [`${from + n}`, 1]));
        await store.sharedCounts.add(group, many, TTL);
      }
      const more = await store.sharedCounts.add(group, counts({ 1: 1, further: 1 }), TTL);
      expect(more).toEqual(counts({ 1: 2, further: 0 }));
    });
  });
}
