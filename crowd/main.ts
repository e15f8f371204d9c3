/**
 * `npm run crowd -- 500`: simulated visitors over real HTTP, who wait as a browser does, shop, and come again. The first
 * argument is how many (40), SHOP_URL the shop (http://localhost:3001). Stops on SIGTERM and SIGINT.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { startCrowd } from './crowd.ts';

const USAGE = `npm run crowd -- [SIZE]
  SIZE        how many visitors there are at a time (40)
  SHOP_URL    in the environment: the shop that they visit (http://localhost:3001)`;

const MOST = 5000;
/** Seconds between two lines about the crowd. */
const REPORT = 10;

const [size = '40'] = process.argv.slice(2);
if (['--help', '-h'].includes(size)) {
  console.log(USAGE);
  process.exit(0);
}
const { SHOP_URL = 'http://localhost:3001' } = process.env;
if (!/^\d{1,4}$/.test(size) || Number(size) > MOST) fail(`The size of the crowd must be a number from 0 to ${MOST}.`);
if (!['http:', 'https:'].includes(URL.parse(SHOP_URL)?.protocol ?? '')) fail('SHOP_URL must be an http or https URL.');

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
// The process that started the crowd with a channel to it has ended.
process.once('disconnect', () => process.exit(0));
process.channel?.unref();

let reason = '';
const crowd = startCrowd({
  shop: new URL(SHOP_URL).origin,
  size: Number(size),
  signal: stop.signal,
  now: Date.now,
  sleep: (seconds) => delay(seconds * 1000, undefined, { signal: stop.signal }),
  onFailure: (error) => {
    reason = error instanceof Error ? error.message : String(error);
  },
});

const report = setInterval(() => {
  const { where, ended } = crowd.tally();
  const failures = ended.failed > 0 ? `, ${ended.failed} visits failed (${reason})` : '';
  console.log(
    `${where['in line']} in line, ${where.inside} in the shop, ${where.away} away; ${ended.bought} have bought${failures}`,
  );
}, REPORT * 1000);
if (process.channel) clearInterval(report);
await crowd.ended;
clearInterval(report);

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
