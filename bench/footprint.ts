/**
 * The memory of a process of the service while a line of a million or more waits, half of them present: it takes
 * snapshots, the clock ticks, and visitors all over the line poll their own facts.
 */
import { openRedisStore } from '#store/redis/index.ts';
import type { Bench } from './bench.ts';
import { DEADLINE, fillLine } from './crowded-room.ts';
import { arrivals } from './facts.ts';
import { LINE_LENGTH } from './line-length.ts';
import { gather } from './load/crowd.ts';
import { spread } from './measure/spread.ts';
import { ROOM } from './stand.ts';

const POLLERS = 5000;
/** How long they poll, and how often the memory is looked at, in ms. */
const LASTS = 20_000;
const EVERY = 500;
const MEGABYTE = 1_000_000;
const AT_MOST = 256;

export const footprint: Bench = {
  name: 'footprint',
  about: `the memory of a process with ${LINE_LENGTH.toLocaleString('en')} in line, half of them present`,
  async run(stand) {
    const anteroom = await stand.anteroom();
    const store = await openRedisStore({ url: stand.redisOf(anteroom).url, deadline: DEADLINE });
    try {
      const requests = await arrivals(anteroom.port, POLLERS);
      const before = await anteroom.residentBytes();
      await store.line.reset(ROOM, { incarnation: 'of-the-benchmark' }, Date.now());
      await fillLine(store.line, ROOM, LINE_LENGTH, { half: true, at: Date.now() });
      requests.push(...(await arrivals(anteroom.port, POLLERS)));
      const samples: number[] = [];
      const timer = setInterval(async () => samples.push(await anteroom.residentBytes()), EVERY);
      const crowd = await gather(anteroom.port);
      let next = 0;
      const polls = await crowd.during(LASTS, (connection) =>
        connection.send(requests[next++ % requests.length] ?? ''),
      );
      crowd.disperse();
      clearInterval(timer);
      const resident = spread(samples.map((bytes) => bytes / MEGABYTE));
      return {
        findings: [
          { what: `resident, with ${polls.toLocaleString('en')} polls`, value: resident, unit: 'MB' },
          {
            what: 'the most',
            value: { median: resident.max, min: resident.max, max: resident.max },
            unit: 'MB',
            target: { at_most: AT_MOST },
          },
          { what: 'with a short line', value: spread([before / MEGABYTE]), unit: 'MB' },
        ],
      };
    } finally {
      await store.close();
    }
  },
};
