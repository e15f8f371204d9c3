/** Sales side by side, of which all but the first are attacked: how much longer honest visitors wait. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Verdict } from './attacks.ts';
import { addressesFrom, attack, createPass, mean, SECOND, type Target, visit } from './people.ts';

/** Four visitors a second come in at each. */
export const INLETS: Readonly<Record<string, string>> = {
  rate: '{ strategy: rate, per_minute: 240 }',
  periodic: '{ strategy: periodic, increment: 20, every: 5s }',
  manual: '{ strategy: manual }',
};
/** The rooms, by their attackers' addresses. */
export const SALES: Readonly<Record<string, readonly string[]>> = {
  'sale-calm': [],
  'sale-one': ['192.0.2.1'],
  'sale-many': addressesFrom(11, 300),
};
/** Honest visitors come for so many seconds, so many a second. */
const RUSH = { seconds: 50, each: 15 };
const BEGINS = 10 * SECOND;
const ATTACK = { rate: 100, lasts: 60 * SECOND };
/** The longest rise of waits. */
const MOST = 1.15;

export async function holdSales(target: Target, inlet: string): Promise<Verdict[]> {
  const operator = setInterval(() => {
    if (inlet !== 'manual') return;
    for (const room of Object.keys(SALES)) void target.admin(room, 'POST', '/serving-counter', { people: 20 });
  }, 5 * SECOND);
  const held = await Promise.all(
    Object.entries(SALES).map(async ([room, addresses]) => {
      const haul = { joined: 0, admitted: 0 };
      const attacked = delay(BEGINS).then(() => attack(target, room, addresses, ATTACK, haul));
      const [waits, begun]: [Promise<number>[], number] = [[], performance.now()];
      for (let n = 0; n < RUSH.seconds * RUSH.each; n++) {
        const due = begun + (n * SECOND) / RUSH.each - performance.now();
        if (due > 0) await delay(due);
        const pass = await createPass(`${room}-${n}`);
        waits.push(visit(target, room, `172.${16 + (n >> 8)}.${n & 255}.7`, pass).wait);
      }
      const wait = mean(await Promise.all(waits));
      const got = { ...haul };
      await attacked;
      return { room, wait, got };
    }),
  ).finally(() => clearInterval(operator));
  const calm = held[0]?.wait ?? 0;
  return held.slice(1).map(({ room, wait, got }) => ({
    attack: `100 joins a second for 60 s, from ${SALES[room]?.length === 1 ? 'one address' : '300 addresses'}, ${inlet} inlet`,
    attacker: `${got.joined} numbers, ${got.admitted} places`,
    honest: `${(wait / SECOND).toFixed(1)} s on average, × ${(wait / calm).toFixed(2)}`,
    isHeld: wait / calm <= MOST,
  }));
}
