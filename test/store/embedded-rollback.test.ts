/** A rollback by one version: the version before opens what this one wrote, whether it was closed or killed. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEmbeddedStore } from '#store/embedded/index.ts';
import { type EarlierVersion, hasCommit, unpackCommit } from '#support/earlier-version.ts';
import { LINE_VERBS, type LineVerb } from '#waiting-room/line/index.ts';
import type { Place } from '#waiting-room/line/place.ts';
import { OPENING, RULES, seconds, T0 } from './contract/room-under-test.ts';
import { play, type Step } from './contract/steps.ts';

/** The version before. */
const COMMIT = '84948d5';

const here = await hasCommit(COMMIT);
if (!here) process.stderr.write(`Skipped: commit ${COMMIT} is not in this clone's history.\n`);

const ROOM = 'sale';
const rules = { ...RULES, size: 8, confirmWindow: seconds(30) };
const visitors = ['ann', 'bob', 'cy', 'dan', 'eve', 'fay', 'gus'];
/** After a reset that was undone, and another one. */
const generation = 4;
const holders = [...visitors, 'ida'].map((visitor, n) => ({ generation, number: n + 1, visitor }));
const holder = (n: number) => ({ generation, number: n, visitor: visitors[n - 1] ?? '' });
const NO_NOTES = { signal: '', meter: '', told: '', allotments: '' };
const seen = { waiting: 0, present: 0, claimed: 0, active: 0, completed: 0, abandoned: 0, expired: 0 };

const former = {
  ...{ queue: 3, serving: 2, claimed: 1, completed: 0, abandoned: 0, admissions: [] },
  ...{ spent: Uint8Array.of(0x40), present: Uint8Array.of(0x30), missed: new Uint8Array() },
};

/** Every verb, each with an effect where it has any. */
const STEPS: readonly Step[] = [
  { after: 0, verb: 'open', input: { rules, incarnation: '', checkpoint: null } },
  { after: 0, verb: 'takeOver', input: former },
  { after: 0, verb: 'reset', input: { incarnation: '' } },
  { after: 0, verb: 'undoReset', input: { incarnation: '', isPreview: false } },
  { after: 0, verb: 'reset', input: { incarnation: '' } },
  { after: 0, verb: 'setAlarm', input: true },
  { after: 0, verb: 'setAlarm', input: false },
  { after: 0, verb: 'note', input: { name: 'signal', value: '{"latency":80}' } },
  { after: 0, verb: 'recordPredictions', input: { within: 2, outside: 1 } },
  { after: 10, verb: 'join', input: visitors.map((visitor) => ({ visitor, claim: false })) },
  { after: 10, verb: 'raise', input: { numbers: 6, step: { from: '', to: 'a' } } },
  { after: 10, verb: 'raise', input: { numbers: 1 } },
  { after: 10, verb: 'undoRaise', input: { generation, from: 6, to: 7, isPreview: false } },
  { after: 10, verb: 'raise', input: { numbers: -1 } },
  { after: 10, verb: 'claim', input: holder(1) },
  { after: 10, verb: 'claim', input: holder(2) },
  { after: 10, verb: 'useAdmission', input: { visitor: 'bob', serial: 0, limit: 3, attempt: 2, revocable: true } },
  { after: 10, verb: 'confirm', input: { visitor: 'bob', serial: 2 } },
  { after: 10, verb: 'claim', input: { ...holder(3), confirmed: true } },
  { after: 10, verb: 'claim', input: holder(5) },
  { after: 10, verb: 'undoClaim', input: { ...holder(5), again: true } },
  { after: 10, verb: 'restoreAdmissions', input: { incarnation: '', generation, admissions: [] } },
  { after: 10, verb: 'reportExits', input: { exited: 0, completed: ['cy'], abandoned: [] } },
  { after: 10, verb: 'extend', input: holder(4) },
  { after: 10, verb: 'leave', input: holder(4) },
  { after: 10, verb: 'discard', input: { generation, draw: 0, from: 6, to: 6, visitors: [] } },
  { after: 10, verb: 'announceDraw', input: OPENING },
  { after: 10, verb: 'withdrawDraw', input: OPENING.event },
  { after: 10, verb: 'announceDraw', input: { ...OPENING, event: 'cancelled' } },
  { after: 10, verb: 'releaseDraw', input: 'cancelled' },
  { after: 10, verb: 'announceDraw', input: { ...OPENING, event: 'encore' } },
  { after: 10, verb: 'join', input: ['hal', 'ida'].map((visitor) => ({ visitor, claim: false })) },
  { after: 10, verb: 'recordEntrantHeartbeats', input: { generation, draw: 2, indexes: [0, 1] } },
  { after: 10, verb: 'withdraw', input: { generation, entry: { draw: 2, index: 0 } } },
  { after: 10, verb: 'draw', input: 'encore' },
  { after: 10, verb: 'drawResult', input: { generation, draw: 2 } },
  { after: 10, verb: 'viewForMemory', input: { generation, done: 0, withEntrants: true } },
  // Ann's admission lapses, and Eve misses the turn.
  { after: seconds(125), verb: 'recordHeartbeats', input: { generation, numbers: [1, 7], proven: [7] } },
  { after: 10, verb: 'rejoin', input: holder(5) },
  { after: 10, verb: 'renew', input: 'bob' },
  { after: 10, verb: 'configure', input: { ...rules, size: 9 } },
  { after: 10, verb: 'admission', input: 'bob' },
  { after: 10, verb: 'place', input: holder(7) },
  { after: 10, verb: 'view', input: null },
  { after: seconds(700), verb: 'takeExpired', input: 10 },
  { after: 10, verb: 'endedTurns', input: { from: 0, to: T0 + seconds(10_000), max: 10 } },
  { after: 10, verb: 'restoreTurns', input: { generation, numbers: [1] } },
];

/** What a process saw of the line that has lost nothing. */
const known: Step = {
  after: 10,
  verb: 'open',
  input: {
    rules,
    incarnation: '',
    checkpoint: {
      ...{ incarnation: '', generation, counters: { ...seen, queue: 2, serving: 1 } },
      ...{ turns: 0, joinPeak: 0, alarm: false, inletState: '', notes: NO_NOTES },
    },
  },
};

let earlier: EarlierVersion;
let folder: string;
let expected: unknown;
const places: Place[] = [];

beforeAll(async () => {
  if (here) earlier = await unpackCommit(COMMIT);
  folder = await mkdtemp(join(tmpdir(), 'anteroom-rollback-'));
  const store = openEmbeddedStore({ dir: join(folder, 'closed') });
  let now = T0;
  for (const step of [...STEPS, known]) {
    now += step.after;
    await play(step, store.line, ROOM, now);
  }
  await cp(join(folder, 'closed'), join(folder, 'killed'), { recursive: true });
  const { counters, held, clock, draws } = await store.line.view(ROOM, now);
  for (const each of holders) places.push(await store.line.place(ROOM, each, now));
  await store.close();
  expected = JSON.parse(JSON.stringify({ counters, held, clock, draws, places }));
});
afterAll(async () => {
  await earlier?.remove();
  if (folder) await rm(folder, { recursive: true });
});

test('the steps have every verb, and an effect', () => {
  const done = new Set<LineVerb>(STEPS.map(({ verb }) => verb));
  expect(LINE_VERBS.filter((verb) => !done.has(verb))).toEqual([]);
  const states = places.map(({ state }) => state);
  expect(states).toEqual(['returned', 'over', 'over', 'over', 'returned', 'waiting', 'waiting', 'waiting']);
});

test.skipIf(!here).each(['closed', 'killed'])(`version ${COMMIT} opens what was %s`, async (how) => {
  const root = dirname(dirname(earlier.main));
  const worker = join(import.meta.dirname, 'embedded-rollback.worker.ts');
  const now = String(T0 + [...STEPS, known].reduce((sum, { after }) => sum + after, 0));
  const args = [worker, root, join(folder, how), ROOM, now, JSON.stringify(holders)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual(expected);
});

test.skipIf(!here)(`version ${COMMIT} keeps an admission that was claimed in the added time of a turn`, async () => {
  const dir = join(folder, 'added-time');
  const store = openEmbeddedStore({ dir });
  const ann = { generation: 1, number: 1, visitor: 'ann' };
  const steps: readonly Step[] = [
    { after: 0, verb: 'open', input: { rules, incarnation: '', checkpoint: null } },
    { after: 10, verb: 'join', input: [{ visitor: 'ann', claim: false }] },
    { after: 10, verb: 'recordHeartbeats', input: { generation: 1, numbers: [1] } },
    { after: 10, verb: 'raise', input: { numbers: 1, step: { from: '', to: 'a' } } },
    { after: 10, verb: 'extend', input: ann },
    { after: 1.5 * rules.claimWindow, verb: 'claim', input: { ...ann, confirmed: true } },
  ];
  let now = T0;
  for (const step of steps) {
    now += step.after;
    await play(step, store.line, ROOM, now);
  }
  await cp(dir, join(folder, 'added-time-killed'), { recursive: true });
  await store.close();
  const root = dirname(dirname(earlier.main));
  const worker = join(import.meta.dirname, 'embedded-rollback.worker.ts');
  const args = [worker, root, join(folder, 'added-time-killed'), ROOM, String(now), JSON.stringify([ann])];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toMatchObject({ counters: { active: 1 }, places: [{ state: 'admitted' }] });
});
