/** What an attacker who solves no challenges takes from the honest visitors of a sale, at each inlet. */
import { describe, expect, test } from 'vitest';
import { type Attack, type Attackers, attackers, honestVisitors, mean, openSale } from './sale.ts';

const SECOND = 1000;
/** How long honest visitors stay inside. */
const STAY = { inside: 50 * SECOND };
/** Four visitors a second come in at each. */
const INLETS: readonly [name: string, inlet: Record<string, unknown>][] = [
  ['manual', { strategy: 'manual' }],
  ['periodic', { strategy: 'periodic', increment: 20, every: '5s' }],
  ['rate', { strategy: 'rate', per_minute: 240 }],
  ['max-size', { strategy: 'max-size', size: 200 }],
  [
    'adaptive',
    {
      strategy: 'adaptive',
      min_per_minute: 240,
      max_per_minute: 240,
      target_latency: '800ms',
      target_error_rate: 0.01,
    },
  ],
];

const LAPTOP = ['192.0.2.1'];
/** 300 addresses of 300 networks. */
const BOTNET = Array.from({ length: 300 }, (_, n) => `${11 + (n >> 8)}.${n & 255}.0.1`);

/** Honest visitors come in a rush; the attack begins after 20 s and lasts a minute. */
async function rush(inlet: Record<string, unknown>, attack: Attack | null): Promise<[number, Attackers | null]> {
  const sale = await openSale({ inlet, admission: { lifetime: '10m' } });
  try {
    const honest = honestVisitors(sale, STAY);
    const second = () => sale.elapsed() / SECOND;
    let [came, due, raiseAt] = [0, 0, 0];
    sale.everyTick(() => {
      due += (second() < 45 ? 20 : second() < 90 ? 2 : 0) / 4;
      for (; due >= 1; due--) honest.come(`172.${came >> 8}.${came++ & 255}.7`);
    });
    sale.everyTick(() => {
      if (inlet.strategy !== 'manual' || second() < raiseAt) return;
      raiseAt += 5;
      return sale.room.operations.raisePeople('sale', 20);
    });
    await sale.run(20 * SECOND);
    const before = honest.waits.length;
    const begun = attack && attackers(sale, attack);
    begun?.begin(60 * SECOND);
    await sale.run(260 * SECOND);
    expect(honest.waits, 'everybody got in').not.toContain(null);
    return [mean(honest.waits.slice(before) as number[]), begun];
  } finally {
    await sale.close();
  }
}

describe.each(INLETS)('at the inlet %s', (_name, inlet) => {
  let calm: Promise<number>;
  const calmWait = () => {
    calm ??= rush(inlet, null).then(([wait]) => wait);
    return calm;
  };

  test.each<[string, Attack]>([
    ['joins a hundred times a second and takes its turns', { rate: 100, addresses: LAPTOP, how: 'present' }],
    ['has 300 addresses and never comes back', { rate: 100, addresses: BOTNET, how: 'silent' }],
    ['has 300 addresses and takes its turns', { rate: 100, addresses: BOTNET, how: 'present' }],
  ])(
    'honest visitors wait at most 15%% longer beside an attacker who %s',
    { timeout: 120_000 },
    async (_who, attack) => {
      const [wait, begun] = await rush(inlet, attack);
      expect(begun?.joined).toBeGreaterThan(20);
      expect(wait / (await calmWait())).toBeLessThanOrEqual(1.15);
    },
  );
});

test('honest visitors wait at most 15% longer beside 300 addresses that complete no login', {
  timeout: 120_000,
}, async () => {
  const inlet = { strategy: 'max-size', size: 200 };
  const [calm] = await rush(inlet, null);
  const [wait, begun] = await rush(inlet, { rate: 100, addresses: BOTNET, how: 'unconfirmed' });
  expect(begun?.admitted).toBeGreaterThan(20);
  expect(wait / calm).toBeLessThanOrEqual(1.15);
});
