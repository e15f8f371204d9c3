/**
 * `npm run attack [-- INLET]`: attacks the service over real HTTP, with honest visitors beside the attacker, and prints a
 * table with verdicts. Two processes and a redis-server on loopback, all of which it starts and stops. It takes some
 * six minutes, and gives up after ten.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { CLIENT, setUp } from '../stand.ts';
import {
  cookieless,
  copies,
  crossSite,
  draw,
  flood,
  oneAddress,
  returned,
  silent,
  type Verdict,
  WINDOW,
} from './attacks.ts';
import { createTarget, PASSES, SECOND } from './people.ts';
import { holdSales, INLETS, SALES } from './sale.ts';

const LONGEST = 600 * SECOND;
/** The draw takes place so long after the start, in ms. */
const DRAWS = 60 * SECOND;
/** A service that has just started passes over nobody for a heartbeat's time, in ms. */
const SETTLES = 35 * SECOND;

const [inlet = 'rate'] = process.argv.slice(2);
if (['--help', '-h'].includes(inlet)) {
  console.log(`npm run attack -- [INLET]\n  INLET   of the attacked room: ${Object.keys(INLETS).join(', ')} (rate)`);
  process.exit(0);
}
if (!Object.hasOwn(INLETS, inlet)) {
  console.error(`There is no inlet ${inlet}. There are: ${Object.keys(INLETS).join(', ')}.`);
  process.exit(1);
}

const passes = `passes: { issuer: '${PASSES.issuer}', secret: '${PASSES.secret}' }`;
const room = (id: string, more: string) => `  - { id: ${id}, return_urls: ['https://shop.example/'], ${more} }`;
const at = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();
const DOORS = ['held-authorize', 'held-api', 'held-enter', 'held-gate'];
const settings = () => `
rooms:
${DOORS.map((id) => room(id, `inlet: { strategy: max-size, size: 50 }, admission: { confirm_window: ${WINDOW}s }`)).join('\n')}
${room('flood', 'inlet: { strategy: rate, per_minute: 120 }')}
${room('silent-manual', 'inlet: { strategy: manual }')}
${room('silent-periodic', 'inlet: { strategy: periodic, increment: 2, every: 1s }')}
${room('back-calm', `inlet: { strategy: manual }, admission: { missed_turn: front }, ${passes}`)}
${room('back-attacked', `inlet: { strategy: manual }, admission: { missed_turn: front }, ${passes}`)}
${room('draw', `inlet: { strategy: manual }, ${passes}, events: [{ id: opening, prequeue_start: ${at(-60 * SECOND)}, start: ${at(DRAWS)}, end: ${at(3600 * SECOND)}, order: draw }]`)}
${room('copies', 'inlet: { strategy: max-size, size: 50 }')}
${room('cross-site', 'inlet: { strategy: max-size, size: 50 }')}
${room('hall', 'inlet: { strategy: max-size, size: 50 }, limits: { joins_per_address: 25/1m }')}
${room('office', 'inlet: { strategy: max-size, size: 50 }')}
${Object.keys(SALES)
  .map((id) => room(id, `inlet: ${INLETS[inlet]}, ${passes}`))
  .join('\n')}
relying_parties:
  - { client_id: ${CLIENT.id}, client_secret: ${CLIENT.secret}, room: held-authorize, redirect_uris: ['${CLIENT.redirectUri}'] }
`;

function print(verdicts: readonly Verdict[]): void {
  const rows = [
    ['attack', 'the attacker got', 'honest visitors', 'verdict'],
    ...verdicts.map((each) => [each.attack, each.attacker, each.honest, each.isHeld ? 'held' : 'FAILED']),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}

const stand = await setUp();
const gone = new AbortController();
const giveUp = setTimeout(() => gone.abort(new Error('the attack took too long')), LONGEST);
let verdicts: Verdict[] = [];
try {
  const { port } = await stand.anteroom({ settings: settings(), env: { WORKERS: '2' } });
  const target = createTarget(`http://127.0.0.1:${port}`, gone.signal);
  await delay(SETTLES);
  console.error('one attack of each kind …');
  // One after the other where an attack takes the machine; beside them those that mostly wait.
  const [slow, quick] = await Promise.all([
    Promise.all([returned(target, 'back-calm', 'back-attacked'), draw(target, 'draw')]),
    (async () => {
      const all: Verdict[] = [];
      for (const door of DOORS) all.push(await cookieless(target, door));
      all.push(await flood(target, 'flood'));
      all.push(await silent(target, 'silent-manual'), await silent(target, 'silent-periodic'));
      all.push(await copies(target, 'copies'), await crossSite(target, 'cross-site'));
      all.push(await oneAddress(target, 'hall', 'office'));
      return all;
    })(),
  ]);
  print([...quick, ...slow]);
  console.error(`\nthree sales at once, the inlet ${inlet}, some four minutes …`);
  const sales = await holdSales(target, inlet);
  verdicts = [...quick, ...slow, ...sales];
  print(sales);
} finally {
  clearTimeout(giveUp);
  gone.abort();
  await stand.tearDown();
}
if (!verdicts.every(({ isHeld }) => isHeld)) {
  console.error('\nAn attack succeeded.');
  process.exitCode = 1;
}
