/** The script of each verb of the line: what it takes, and what its reply means. scripts/*.lua say the rest. */
import { createHash } from 'node:crypto';
import type { Discarded } from '#waiting-room/line/discard.ts';
import type { Checkpoint, Input, LineVerb, Output, RememberedDraw } from '#waiting-room/line/index.ts';
import type { Entrant, Joined } from '#waiting-room/line/joins.ts';
import type { Claim, Holder, Place } from '#waiting-room/line/place.ts';
import type { LineRules } from '#waiting-room/line-rules.ts';
import { LINE_PARTS, type LinePart } from './keys.ts';
import type { Tagged } from './replies.ts';
import * as replies from './replies.ts';
import type { Argument, Script } from './script.ts';

/** The output of a verb, or null where the line is missing. */
export interface LineScript<In, Out> extends Script<[input: In, now: number], { readonly output: Out } | null> {
  /** The keys it is given. */
  readonly parts: readonly LinePart[];
  /** A text field of the line's hash that this script uses, beside those that all use. */
  ownField?(input: In): string;
}

/** The server that a line is at, and how far its counter moved. */
export interface Fenced {
  readonly server: string;
  readonly from: number;
  readonly to: number;
}

/** A verb whose script takes its input alone. A join has a name beside (join.ts). */
export type ScriptedVerb = Exclude<LineVerb, 'join'>;

export type LineScripts = { readonly [V in ScriptedVerb]: LineScript<Input<V>, Output<V>> };

/** All files of scripts/lib that scripts of the line need, in order. */
const LIBS = [
  'line',
  'bits',
  'presence',
  'newcomers',
  'admission',
  'provisional',
  'admissions',
  'raise-times',
  'turns',
  'budget',
  'draw',
  'lost-draws',
  'settle',
  'shares',
  'unconfirmed',
  'serving',
  'place',
  'rules',
  'counters',
  'last-join',
  'lost-keys',
] as const;

type Lib = (typeof LIBS)[number];

/** What `settle` needs. */
const SETTLE: readonly Lib[] = ['line', 'bits', 'presence', 'newcomers', 'admission', 'provisional', 'turns', 'settle'];

/** A script is given no more than it needs: Redis runs all of its text each time. */
const libsOf = (...needed: readonly Lib[]) => LIBS.filter((lib) => SETTLE.includes(lib) || needed.includes(lib));
/** What steps may need that restore nothing. */
const STEPS = LIBS.filter((lib) => !['lost-draws', 'shares', 'budget', 'last-join', 'lost-keys'].includes(lib));

function lineScript<In, Out>(
  name: string,
  args: (input: In, now: number) => readonly Argument[],
  parse: (reply: Tagged, input: In, now: number) => Out,
  options: { binary?: boolean; libs?: readonly string[]; parts?: readonly LinePart[] } = {},
): LineScript<In, Out> {
  const { parts = LINE_PARTS, libs = STEPS, binary = false } = options;
  return {
    name,
    libs,
    parts,
    keys: parts.length,
    binary,
    args,
    parse(reply, input, now) {
      const answer = replies.tagged(reply);
      if (answer.tag === 'lost') throw new replies.KeysLost();
      return answer.tag === 'absent' ? null : { output: parse(answer, input, now) };
    },
  };
}

const done = () => undefined;

const ofHolder = ({ incarnation = '', generation, number, visitor }: Holder, now: number) => [
  now,
  incarnation,
  generation,
  number,
  visitor,
];

const ofClaim = ({ confirmed = false, lifetime, late = false, ...holder }: Claim, now: number) => [
  ...ofHolder(holder, now),
  confirmed ? 1 : 0,
  ...(lifetime === undefined && !late ? [] : [lifetime ?? '', late ? 1 : 0]),
];

const ofRules = ({ mode, size, lifetime, claimWindow, presenceTimeout, ...later }: LineRules) => [
  mode,
  size,
  lifetime,
  claimWindow,
  presenceTimeout,
  later.challenge ? 1 : 0,
  later.unprovenPerAddress ?? 0,
  later.presentFromJoin === false ? 0 : 1,
  later.missedTurnGrace ?? 0,
  later.confirmWindow ?? 0,
];

const bitsOf = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []);

/** As lib/lost-draws.lua reads them. */
const ofDraw = ({ event, seed, seedHash, order, opensAt, startsAt, ...of }: RememberedDraw) => {
  const outcome = of.drawnAt === null ? [] : [of.drawnAt, of.base, of.entrants ?? 0, ...(of.released ? [1] : [])];
  return [
    JSON.stringify({ event, seed, seedHash }),
    of.committedAt,
    [order, opensAt, startsAt ?? ''].join(':'),
    [of.arrivals, ...outcome].join(':'),
    bitsOf(of.drawnAt === null ? of.present : of.there),
    bitsOf(of.withdrawn),
  ];
};

const ofCheckpoint = ({ counters, turns, joinPeak, alarm, inletState, notes, draws = [], ...of }: Checkpoint) => [
  of.incarnation,
  of.generation,
  counters.queue,
  counters.serving,
  counters.claimed,
  counters.active,
  counters.completed,
  counters.abandoned,
  counters.expired,
  turns,
  joinPeak,
  alarm ? 1 : 0,
  inletState,
  notes.signal,
  notes.meter,
  notes.told,
  of.shifted ?? 0,
  ...draws.flatMap(ofDraw),
];

/** The unproven of a batch, by index from 0: of each address, and without one. */
function unprovenIn(entrants: readonly Entrant[]) {
  const byAddress = new Map<string, number[]>();
  const unlimited: number[] = [];
  for (const [index, { proven, address }] of entrants.entries()) {
    if (proven) continue;
    if (!address) unlimited.push(index);
    else if (byAddress.has(address)) byAddress.get(address)?.push(index);
    else byAddress.set(address, [index]);
  }
  return { byAddress, unlimited };
}

const listOf = (indexes: readonly number[]) => indexes.map((index) => index + 1).join(',');

/** What the entrants of a batch have shown, as join.lua takes it. */
function shownBy(entrants: readonly Entrant[]): Argument[] {
  const { byAddress, unlimited } = unprovenIn(entrants);
  return [
    entrants.map(({ proven }) => (proven ? 1 : 0)).join(''),
    byAddress.size,
    ...[...byAddress].flatMap(([address, indexes]) => [address, listOf(indexes)]),
    listOf(unlimited),
  ];
}

/** Who is proven or within the budget. `granted` has how many of each address, and last whether there is a budget. */
function grantedTo(entrants: readonly Entrant[], granted: readonly number[]): boolean[] {
  const { byAddress, unlimited } = unprovenIn(entrants);
  const within = entrants.map(({ proven }) => proven === true);
  for (const [n, indexes] of [...byAddress.values()].entries()) {
    for (const index of indexes.slice(0, granted[n])) within[index] = true;
  }
  if (granted.at(-1) === 1) for (const index of unlimited) within[index] = true;
  return within;
}

const place = (reply: Tagged, { visitor }: Holder): Place => replies.place(reply, visitor);

const OF_HOLDERS = libsOf('raise-times', 'admissions', 'unconfirmed', 'place');

export const lineScripts: LineScripts = {
  open: lineScript(
    'open',
    ({ rules, incarnation, checkpoint }, now) => [
      now,
      ...ofRules(rules),
      incarnation,
      ...(checkpoint ? ofCheckpoint(checkpoint) : []),
    ],
    ({ tag }) => tag === 'open',
    { libs: LIBS.filter((lib) => !['shares', 'budget', 'last-join'].includes(lib)) },
  ),
  configure: lineScript('configure', (rules, now) => [now, ...ofRules(rules)], done),
  place: lineScript('place', ofHolder, place, { libs: libsOf('raise-times', 'unconfirmed', 'place') }),
  claim: lineScript('claim', ofClaim, place, { libs: OF_HOLDERS }),
  rejoin: lineScript('rejoin', ofHolder, place, { libs: OF_HOLDERS }),
  leave: lineScript('leave', ofHolder, done, { libs: OF_HOLDERS }),
  admission: lineScript(
    'admission',
    (visitor) => [visitor],
    ({ tag, rest }, visitor, now) => {
      if (tag === 'none') return null;
      const stored = replies.admission(`${replies.text(rest[0])}:${replies.text(rest[3])}`, visitor);
      const found = replies.shifted(stored, replies.integer(rest[2]));
      const ends = Math.min(found.expiresAt, found.confirmBy ?? Number.POSITIVE_INFINITY);
      return ends > Math.max(now, replies.integer(rest[1])) ? found : null;
    },
    { libs: [], parts: ['line', 'admissions', 'provisional'] },
  ),
  confirm: lineScript(
    'confirm',
    (visitor, now) => [now, visitor],
    ({ tag, rest }, visitor) => (tag === 'none' ? null : replies.admission(rest[0], visitor)),
    { libs: libsOf('admissions') },
  ),
  renew: lineScript(
    'renew',
    (visitor, now) => [now, visitor],
    ({ tag, rest }, visitor) => (tag === 'none' ? null : replies.admission(rest[0], visitor)),
    { libs: libsOf() },
  ),
  recordHeartbeats: lineScript(
    'record-heartbeats',
    ({ incarnation = '', generation, numbers, proven = [], lasting }, now) => {
      const isProven = new Set(proven);
      const ofProven = numbers.filter((number) => isProven.has(number));
      const others = numbers.filter((number) => !isProven.has(number));
      return [now, incarnation, generation, lasting ? 1 : 0, ofProven.length, ...ofProven, ...others];
    },
    done,
    { libs: libsOf('unconfirmed') },
  ),
  recordEntrantHeartbeats: lineScript(
    'record-entrant-heartbeats',
    ({ incarnation = '', generation, draw, indexes }, now) => [now, incarnation, generation, draw, ...indexes],
    done,
  ),
  withdraw: lineScript(
    'withdraw',
    ({ incarnation = '', generation, entry: { draw, index } }, now) => [now, incarnation, generation, draw, index],
    done,
  ),
  discard: lineScript(
    'discard',
    ({ incarnation = '', generation, draw, from, to, visitors }, now) => [
      ...[now, incarnation, generation],
      ...[draw, from, to, ...visitors],
    ],
    done,
    { libs: libsOf('admissions', 'draw', 'unconfirmed') },
  ),
  announceDraw: lineScript(
    'announce-draw',
    ({ order, opensAt, startsAt = '', ...settled }, now) => [
      ...[now, settled.event, JSON.stringify(settled)],
      ...[order, opensAt, startsAt],
    ],
    done,
  ),
  withdrawDraw: lineScript('withdraw-draw', (event, now) => [now, event], done),
  draw: lineScript('draw', (event, now) => [now, event], done),
  releaseDraw: lineScript('release-draw', (event, now) => [now, event], done),
  drawResult: lineScript(
    'draw-result',
    ({ incarnation = '', generation, draw }) => [incarnation, generation, draw],
    ({ tag, rest }, { draw }) => (tag === 'none' ? null : replies.drawResult(rest, draw)),
    { binary: true },
  ),
  setAlarm: lineScript('set-alarm', (on) => [on ? 1 : 0], done),
  note: lineScript('note', ({ name, value }) => [name, value], done),
  recordPredictions: lineScript('record-predictions', ({ within, outside }) => [within, outside], done),
  raise: lineScript(
    'raise',
    ({ step, ...by }, now) => [
      now,
      ...('numbers' in by ? ['numbers', by.numbers, -1] : ['people', by.people, by.credits ?? -1]),
      ...(step ? [step.from, step.to] : []),
    ],
    ({ tag, rest }) => ({
      raisedBy: replies.integer(rest[0]),
      applied: tag === 'raised',
      counters: replies.counters(rest[1]),
    }),
    { libs: libsOf('raise-times', 'shares', 'unconfirmed', 'serving', 'counters', 'lost-keys') },
  ),
  reportExits: lineScript(
    'report-exits',
    ({ exited, completed, abandoned }, now) => [now, exited, completed.length, ...completed, ...abandoned],
    ({ rest }) => ({
      unknown: replies.integer(rest[0]),
      counters: replies.counters(rest[1]),
      ended: replies.list(rest[2]).map(replies.text),
    }),
  ),
  takeExpired: lineScript(
    'take-expired',
    (max, now) => [now, max],
    ({ rest }) => rest.map(replies.text),
  ),
  reset: lineScript(
    'reset',
    () => [],
    ({ rest }) => replies.counters(rest[0]),
  ),
  view: lineScript(
    'view',
    (_, now) => [now],
    ({ rest }) => replies.view(rest),
    { binary: true, libs: libsOf('draw', 'counters') },
  ),
  viewForMemory: lineScript(
    'view-for-memory',
    ({ incarnation = '', generation, done, withEntrants }, now) => [
      now,
      incarnation,
      generation,
      done,
      withEntrants ? 1 : 0,
    ],
    ({ rest }) => ({ view: replies.view(rest), draws: replies.rememberedDraws(rest) }),
    { binary: true, libs: libsOf('draw', 'lost-draws', 'counters', 'lost-keys') },
  ),
};

/** Names a join, so that its process can ask later what became of it. */
export interface JoinName {
  /** Random. */
  readonly process: string;
  /** Which of the process's joins it is, from 1. */
  readonly join: number;
}

/** The field of a line's hash with the last join of a process. Others may share it, so a line has at most 256 of them. */
const joinedField = (process: string) => `joined:${createHash('sha256').update(process).digest()[0]}`;

/** Null where the room is closed. */
export const joinScript: LineScript<JoinName & { readonly entrants: readonly Entrant[] }, readonly Joined[] | null> = {
  ...lineScript(
    'join',
    ({ entrants, process, join }, now) => [
      now,
      entrants.length,
      process,
      join,
      ...shownBy(entrants),
      ...entrants.map(({ visitor, claim, confirmed }) => `${claim ? 1 : 0}${confirmed ? 1 : 0}${visitor}`),
    ],
    ({ tag, rest }, { entrants }) => {
      const joined = replies.joined(
        tag,
        rest,
        entrants.map(({ visitor }) => visitor),
      );
      if (!joined) return null;
      const granted = replies.list(rest[tag === 'entered' ? 4 : 3]).map(replies.integer);
      if (granted.length === 0) return joined;
      const within = grantedTo(entrants, granted);
      return joined.map((each, index) => ({ ...each, budgeted: within[index] === true }));
    },
    { libs: libsOf('admissions', 'budget', 'last-join') },
  ),
  ownField: ({ process }) => joinedField(process),
};

/** What a join issued that its process gave up; null where it has not come, and then it never issues anything. */
export const giveUpJoinScript: LineScript<JoinName, Omit<Discarded, 'visitors'> | null> = {
  ...lineScript(
    'give-up-join',
    ({ process, join }) => [process, join],
    ({ tag, rest }) => (tag === 'none' ? null : replies.issued(rest)),
    { libs: ['line', 'last-join'] },
  ),
  ownField: ({ process }) => joinedField(process),
};

/** Restores the keys that a line lost. Returns names of keys one of which was lost. */
export const restoreKeysScript = lineScript<null, readonly string[]>(
  'restore-keys',
  (_, now) => [now],
  ({ rest }) => rest.map(replies.text),
  { libs: libsOf('unconfirmed', 'serving', 'lost-keys') },
);

/** Deletes a line; used with its room's settings. */
export const removeScript = lineScript<null, void>('remove', () => [], done);

/** What may be lost: joins of so many seconds at the highest rate there was, or so many. */
const LOST_SECONDS = 3;
const LOST_LEAST = 100;

/** Makes sure that a line at another server issues no number twice. Runs before any other script there. */
export const fenceScript = lineScript<{ readonly server: string }, Fenced>(
  'fence',
  ({ server }, now) => [now, server, LOST_SECONDS, LOST_LEAST],
  ({ rest: [server, from, to] }) => ({
    server: replies.text(server),
    from: replies.integer(from),
    to: replies.integer(to),
  }),
);
