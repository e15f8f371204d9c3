import { MINUTES_KEPT, type TimeSeries, type TimeSeriesRow } from '#waiting-room/ports/time-series.ts';
import type { RedisClient } from './client.ts';
import { keyScripts } from './key-scripts.ts';
import { latestSeriesKey, seriesKey } from './keys.ts';
import type { Run } from './script.ts';
import { answered } from './unavailable.ts';

const HOUR = 60;
const MINUTE_MS = 60_000;
/** An hour is kept until its last minute is old. */
const KEPT = (MINUTES_KEPT + HOUR) * MINUTE_MS;
const LATEST_KEPT = 2 * 24 * HOUR * MINUTE_MS;
/** Hours that are read at once. */
const BATCH = 48;

const hourOf = (minute: number) => Math.floor(minute / HOUR);

/** A hash for each hour of a room, which Redis drops when it is old. Small hashes of numbers take little memory. */
export function createTimeSeries(client: RedisClient, run: Run): TimeSeries {
  async function hour(room: string, of: number): Promise<TimeSeriesRow[]> {
    const rows = Object.entries(await answered(client.hgetall(seriesKey(room, of))));
    return rows.map(([minute, row]) => ({ minute: Number(minute), row })).sort((a, b) => a.minute - b.minute);
  }

  return {
    async write(room, rows) {
      for (const [of, some] of Map.groupBy(rows, ({ minute }) => hourOf(minute))) {
        const fields = some.flatMap(({ minute, row }) => [minute, row]);
        await run(keyScripts.writeSeries, [seriesKey(room, of)], KEPT, ...fields);
      }
    },
    async read(room, from, before) {
      const found: TimeSeriesRow[] = [];
      for (let first = hourOf(from); first * HOUR < before; first += BATCH) {
        const end = Math.min(first + BATCH, hourOf(before - 1) + 1);
        const hours = Array.from({ length: end - first }, (_, n) => hour(room, first + n));
        for (const rows of await Promise.all(hours)) found.push(...rows);
      }
      return found.filter(({ minute }) => minute >= from && minute < before);
    },
    latest: (room) => answered(client.get(latestSeriesKey(room))),
    async writeLatest(room, text) {
      await answered(client.set(latestSeriesKey(room), text, 'PX', LATEST_KEPT));
    },
    async remove(room) {
      // Keys that Redis has not dropped yet, by Redis's own clock, and a day more for processes whose clock is ahead.
      const [seconds] = await answered(client.time());
      const now = hourOf(Number(seconds) / HOUR);
      const hours = Array.from({ length: MINUTES_KEPT / HOUR + 48 }, (_, n) => seriesKey(room, now + 24 - n));
      await answered(client.unlink(latestSeriesKey(room), ...hours));
    },
  };
}
