import { describe, expect, it, vi } from 'vitest';
import type { Stores } from './room-under-test.ts';
import { freshId, seconds } from './room-under-test.ts';

export function describeCoordination(stores: () => Stores): void {
  describe('leases and remembered values', () => {
    it('gives a lease to one holder, who may prolong it', async () => {
      const { store, second } = stores();
      const name = freshId('lease');
      expect(await store.coordination.lease(name, 'one', seconds(60))).toBe(true);
      expect(await second.coordination.lease(name, 'other', seconds(60))).toBe(false);
      expect(await store.coordination.lease(name, 'one', seconds(60))).toBe(true);
    });

    it('gives a lease to one of many who ask at once', async () => {
      const { store, second } = stores();
      const name = freshId('lease');
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 ? store : second).coordination.lease(name, `h${n}`, seconds(60))),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
    });

    it('frees a lease that its holder releases, and nobody else can', async () => {
      const { coordination } = stores().store;
      const name = freshId('lease');
      await coordination.lease(name, 'one', seconds(60));
      await coordination.release(name, 'other');
      expect(await coordination.lease(name, 'other', seconds(60))).toBe(false);
      await coordination.release(name, 'one');
      expect(await coordination.lease(name, 'other', seconds(60))).toBe(true);
    });

    it('frees a lease whose time has passed', async () => {
      const { coordination } = stores().store;
      const name = freshId('lease');
      await coordination.lease(name, 'one', 50);
      await vi.waitFor(async () => expect(await coordination.lease(name, 'other', seconds(60))).toBe(true), 5000);
    });

    it('remembers what came first, and says so to who comes later', async () => {
      const { store, second } = stores();
      const key = freshId('key');
      expect(await store.coordination.remember(key, 'first', seconds(60))).toBeNull();
      expect(await second.coordination.remember(key, 'second', seconds(60))).toBe('first');
      expect(await store.coordination.remember(key, 'third', seconds(60))).toBe('first');
    });

    it('lets one of many remember who come at once', async () => {
      const { store, second } = stores();
      const key = freshId('key');
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 ? store : second).coordination.remember(key, `${n}`, seconds(60))),
      );
      expect(answers.filter((answer) => answer === null)).toHaveLength(1);
      expect(new Set(answers).size).toBe(2);
    });

    it('amends what is remembered, for a time of its own', async () => {
      const { coordination } = stores().store;
      const [shorter, longer] = [freshId('key'), freshId('key')];
      await coordination.remember(longer, 'pending', 200);
      await coordination.amend(longer, 'done', seconds(60));
      await coordination.remember(shorter, 'pending', seconds(60));
      await coordination.amend(shorter, 'done', 400);
      expect(await coordination.remember(shorter, 'later', 400)).toBe('done');
      await vi.waitFor(async () => expect(await coordination.remember(shorter, 'anew', 400)).toBeNull(), 5000);
      expect(await coordination.remember(longer, 'later', 400)).toBe('done');
    });

    it('does not begin to remember by amending', async () => {
      const { coordination } = stores().store;
      const key = freshId('key');
      await coordination.amend(key, 'done', seconds(60));
      expect(await coordination.remember(key, 'first', seconds(60))).toBeNull();
    });

    it('forgets', async () => {
      const { coordination } = stores().store;
      const key = freshId('key');
      await coordination.remember(key, 'first', seconds(60));
      await coordination.forget(key);
      await coordination.forget(key);
      expect(await coordination.remember(key, 'second', seconds(60))).toBeNull();
    });
  });
}
