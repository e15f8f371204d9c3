import { describe, expect, it, vi } from 'vitest';
import type { Ports } from './room-under-test.ts';
import { freshId, seconds } from './room-under-test.ts';

export function describeLeases(stores: Ports<'leases'>): void {
  describe('leases', () => {
    it('gives a lease to one holder, who may prolong it', async () => {
      const { store, second } = stores();
      const name = freshId('lease');
      expect(await store.leases.lease(name, 'one', seconds(60))).toBe(true);
      expect(await second.leases.lease(name, 'other', seconds(60))).toBe(false);
      expect(await store.leases.lease(name, 'one', seconds(60))).toBe(true);
    });

    it('gives a lease to one of many concurrent holders', async () => {
      const { store, second } = stores();
      const name = freshId('lease');
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 ? store : second).leases.lease(name, `h${n}`, seconds(60))),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
    });

    it('frees a lease when its holder releases it, and only then', async () => {
      const { leases } = stores().store;
      const name = freshId('lease');
      await leases.lease(name, 'one', seconds(60));
      await leases.release(name, 'other');
      expect(await leases.lease(name, 'other', seconds(60))).toBe(false);
      await leases.release(name, 'one');
      expect(await leases.lease(name, 'other', seconds(60))).toBe(true);
    });

    it('frees a lease whose time has passed', async () => {
      const { leases } = stores().store;
      const name = freshId('lease');
      await leases.lease(name, 'one', 50);
      await vi.waitFor(async () => expect(await leases.lease(name, 'other', seconds(60))).toBe(true), 5000);
    });
  });
}
