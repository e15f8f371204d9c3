import { describe, expect, it, vi } from 'vitest';
import type { Ports } from './room-under-test.ts';
import { freshId, seconds } from './room-under-test.ts';

export function describeIdempotency(stores: Ports<'idempotency'>): void {
  describe('remembered values', () => {
    it('remembers the first value, and answers it to later callers', async () => {
      const { store, second } = stores();
      const key = freshId('key');
      expect(await store.idempotency.remember(key, 'first', seconds(60))).toBeNull();
      expect(await second.idempotency.remember(key, 'second', seconds(60))).toBe('first');
      expect(await store.idempotency.remember(key, 'third', seconds(60))).toBe('first');
    });

    it('lets one of many concurrent callers remember', async () => {
      const { store, second } = stores();
      const key = freshId('key');
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 ? store : second).idempotency.remember(key, `${n}`, seconds(60))),
      );
      expect(answers.filter((answer) => answer === null)).toHaveLength(1);
      expect(new Set(answers).size).toBe(2);
    });

    it('replaces what is remembered, for another time', async () => {
      const { idempotency } = stores().store;
      const [shorter, longer] = [freshId('key'), freshId('key')];
      await idempotency.remember(longer, 'pending', 200);
      await idempotency.amend(longer, 'done', seconds(60));
      await idempotency.remember(shorter, 'pending', seconds(60));
      await idempotency.amend(shorter, 'done', 400);
      expect(await idempotency.remember(shorter, 'later', 400)).toBe('done');
      await vi.waitFor(async () => expect(await idempotency.remember(shorter, 'anew', 400)).toBeNull(), 5000);
      expect(await idempotency.remember(longer, 'later', 400)).toBe('done');
    });

    it('does not start to remember by replacing', async () => {
      const { idempotency } = stores().store;
      const key = freshId('key');
      await idempotency.amend(key, 'done', seconds(60));
      expect(await idempotency.remember(key, 'first', seconds(60))).toBeNull();
    });

    it('forgets a key', async () => {
      const { idempotency } = stores().store;
      const key = freshId('key');
      await idempotency.remember(key, 'first', seconds(60));
      await idempotency.forget(key);
      await idempotency.forget(key);
      expect(await idempotency.remember(key, 'second', seconds(60))).toBeNull();
    });
  });
}
