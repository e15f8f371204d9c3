import { describe, expect, it } from 'vitest';
import { MINUTES_KEPT } from '#waiting-room/ports/time-series.ts';
import type { Ports } from './room-under-test.ts';
import { freshId } from './room-under-test.ts';

/** A minute of today: an adapter may drop what is old by its own clock. */
const NOW = Math.floor(Date.now() / 60_000);

export function describeTimeSeries(stores: Ports<'timeSeries'>): void {
  describe('time series', () => {
    it('keeps a row for each room and minute, and reads a range of them in order', async () => {
      const { store, second } = stores();
      const [room, other] = [freshId('series'), freshId('series')];
      // The range begins and ends within an hour, and has one between.
      const minutes = [0, 1, 59, 60, 130].map((n) => NOW - 200 + n);
      await store.timeSeries.write(
        room,
        [...minutes].reverse().map((minute) => ({ minute, row: `of ${minute}` })),
      );
      await store.timeSeries.write(other, [{ minute: NOW - 200, row: 'of another room' }]);
      const read = await second.timeSeries.read(room, NOW - 199, NOW - 70);
      expect(read).toEqual(minutes.slice(1, 4).map((minute) => ({ minute, row: `of ${minute}` })));
      expect(await second.timeSeries.read(room, NOW, NOW + 10)).toEqual([]);
      expect(await second.timeSeries.read(room, NOW, NOW)).toEqual([]);
    });

    it('replaces the row of a minute', async () => {
      const { store, second } = stores();
      const room = freshId('series');
      await store.timeSeries.write(room, [{ minute: NOW, row: 'first' }]);
      await second.timeSeries.write(room, [{ minute: NOW, row: '„zweite“' }]);
      expect(await store.timeSeries.read(room, NOW, NOW + 1)).toEqual([{ minute: NOW, row: '„zweite“' }]);
    });

    it('reads 30 days', async () => {
      const { store } = stores();
      const room = freshId('series');
      const kept = [NOW - MINUTES_KEPT + 1, NOW - 20_000, NOW];
      await store.timeSeries.write(
        room,
        kept.map((minute) => ({ minute, row: '1' })),
      );
      const read = await store.timeSeries.read(room, NOW - MINUTES_KEPT, NOW + 1);
      expect(read.map(({ minute }) => minute)).toEqual(kept);
    });

    it('keeps the newest state of a room', async () => {
      const { store, second } = stores();
      const room = freshId('series');
      expect(await store.timeSeries.latest(room)).toBeNull();
      await store.timeSeries.writeLatest(room, 'one');
      await second.timeSeries.writeLatest(room, 'two');
      expect(await store.timeSeries.latest(room)).toBe('two');
    });

    it('removes all of a room, and nothing else', async () => {
      const { store, second } = stores();
      const [room, other] = [freshId('series'), freshId('series')];
      for (const each of [room, other]) {
        await store.timeSeries.write(
          each,
          [NOW - 5000, NOW].map((minute) => ({ minute, row: each })),
        );
        await store.timeSeries.writeLatest(each, each);
      }
      await second.timeSeries.remove(room);
      expect(await store.timeSeries.read(room, NOW - 6000, NOW + 1)).toEqual([]);
      expect(await store.timeSeries.latest(room)).toBeNull();
      expect(await store.timeSeries.read(other, NOW - 6000, NOW + 1)).toHaveLength(2);
      expect(await store.timeSeries.latest(other)).toBe(other);
    });
  });
}
