/** Honest crowds of one address: a hall's Wi-Fi, an office without scripts. */
import { expect, test } from 'vitest';
import { honestVisitors, openSale } from './sale.ts';

const SECOND = 1000;
const STAY = { inside: 50 * SECOND };
/** Until the page has loaded and solved its challenge, and until it looks at the line again. */
const PROOF = 3 * SECOND;
const LOOK = 2.5 * SECOND;

interface Crowd {
  readonly perSecond: number;
  readonly seconds: number;
  readonly addressOf: (n: number) => string;
  /** Whether a visitor's page runs scripts. */
  readonly scripts?: (n: number) => boolean;
}

/** The waits of a crowd in a sale that serves so many a minute. */
async function waitsOf(per_minute: number, { perSecond, seconds, addressOf, scripts }: Crowd): Promise<number[]> {
  const sale = await openSale({ inlet: { strategy: 'rate', per_minute } });
  try {
    const honest = honestVisitors(sale, STAY);
    const count = perSecond * seconds;
    let came = 0;
    sale.everyTick(() => {
      for (let n = 0; n < perSecond / 4 && came < count; n++) {
        honest.come(addressOf(came), { scripts: scripts?.(came) ?? true });
        came += 1;
      }
    });
    await sale.run(seconds * SECOND + ((count * 60) / per_minute) * SECOND + 15 * SECOND);
    expect(honest.waits).not.toContain(null);
    return honest.waits as number[];
  } finally {
    await sale.close();
  }
}

const ownAddress = (n: number) => `172.${n >> 8}.${n & 255}.7`;
const mostDelayed = (waits: readonly number[], calm: readonly number[]) =>
  Math.max(...waits.map((wait, n) => wait - (calm[n] ?? 0)));

test('5,000 visitors of one address wait no longer than those of 5,000, but for the seconds of the proof', {
  timeout: 120_000,
}, async () => {
  const crowd = { perSecond: 100, seconds: 50 };
  const calm = await waitsOf(6000, { ...crowd, addressOf: ownAddress });
  const waits = await waitsOf(6000, { ...crowd, addressOf: () => '192.0.2.1' });
  expect(waits).toHaveLength(5000);
  expect(mostDelayed(waits, calm)).toBeLessThanOrEqual(PROOF + LOOK);
});

test('20 visitors without scripts behind one address wait no longer than with scripts', async () => {
  const crowd = { perSecond: 20, seconds: 10 };
  const isOfOffice = (n: number) => n % 10 === 5;
  const addressOf = (n: number) => (isOfOffice(n) ? '192.0.2.1' : ownAddress(n));
  const calm = await waitsOf(300, { ...crowd, addressOf });
  const waits = await waitsOf(300, { ...crowd, addressOf, scripts: (n) => !isOfOffice(n) });
  const office = (all: readonly number[]) => all.filter((_, n) => isOfOffice(n));
  expect(office(waits)).toHaveLength(20);
  expect(mostDelayed(office(waits), office(calm))).toBeLessThanOrEqual(LOOK);
});
