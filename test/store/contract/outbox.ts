import { beforeEach, describe, expect, it } from 'vitest';
import { OUTBOX_CAPACITY } from '#waiting-room/ports/outbox.ts';
import type { Ports } from './room-under-test.ts';

const CHUNK = 1000;

/** Appends `count` entries named by their order, from 0. */
async function fill(append: (entries: readonly string[]) => Promise<unknown>, count: number): Promise<void> {
  for (let from = 0; from < count; from += CHUNK) {
    await append(Array.from({ length: Math.min(CHUNK, count - from) }, (_, n) => `${from + n}`));
  }
}

export function describeOutbox(stores: Ports<'outbox'>): void {
  describe('the outbox', () => {
    const entries = async (max = 100) => (await stores().second.outbox.read(max)).map(({ entry }) => entry);

    beforeEach(async () => {
      for (let all = await stores().store.outbox.read(CHUNK); all.length > 0; ) {
        await stores().store.outbox.acknowledge(all.map(({ id }) => id));
        all = await stores().store.outbox.read(CHUNK);
      }
    });

    it('gives the oldest entries first, repeatedly until they are acknowledged', async () => {
      const { store, second } = stores();
      expect(await store.outbox.append(['one', 'two', '{"drei":"„3“"}'])).toBe(0);
      expect(await second.outbox.append(['four'])).toBe(0);
      expect(await entries()).toEqual(['one', 'two', '{"drei":"„3“"}', 'four']);
      const first = await store.outbox.read(2);
      expect(first.map(({ entry }) => entry)).toEqual(['one', 'two']);
      expect(await store.outbox.read(2)).toEqual(first);
      await second.outbox.acknowledge(first.map(({ id }) => id));
      expect(await entries()).toEqual(['{"drei":"„3“"}', 'four']);
    });

    it('keeps concurrent appends in one piece each', async () => {
      const { store, second } = stores();
      const writers = Array.from({ length: 10 }, (_, n) =>
        (n % 2 ? store : second).outbox.append([`${n}a`, `${n}b`, `${n}c`]),
      );
      await Promise.all(writers);
      const all = (await entries()).join(' ');
      for (let n = 0; n < 10; n++) expect(all).toContain(`${n}a ${n}b ${n}c`);
    });

    it('ignores a repeated acknowledgement, even if the outbox is empty by then', async () => {
      const { store } = stores();
      await store.outbox.append(['one', 'two']);
      const ids = (await store.outbox.read(10)).map(({ id }) => id);
      await store.outbox.acknowledge(ids);
      await store.outbox.append(['three', 'four']);
      await store.outbox.acknowledge(ids);
      expect(await entries()).toEqual(['three', 'four']);
    });

    it('accepts empty appends and acknowledgements', async () => {
      const { store } = stores();
      expect(await store.outbox.append([])).toBe(0);
      await store.outbox.acknowledge([]);
      expect(await store.outbox.read(10)).toEqual([]);
    });

    it('drops the oldest entries when it is full, and says how many', async () => {
      const { store } = stores();
      await fill(store.outbox.append, OUTBOX_CAPACITY);
      expect(await store.outbox.append(['a', 'b', 'c'])).toBe(3);
      expect(await entries(2)).toEqual(['3', '4']);
      expect(await store.outbox.read(OUTBOX_CAPACITY + 10)).toHaveLength(OUTBOX_CAPACITY);
    });
  });
}
