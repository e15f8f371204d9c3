/** The script of each verb of the line: what it takes, and what its reply means. scripts/*.lua say the rest. */
import { standingFor } from '#waiting-room/line/admission.ts';
import type { Input, KnownDraws, LineVerb, Output } from '#waiting-room/line/index.ts';
import type { Holder, Place } from '#waiting-room/line/place.ts';
import type { UndoneReset } from '#waiting-room/line/undone-resets.ts';
import { PARTS_WITH_KEPT } from './keys.ts';
import { type KnownPresent, ofKnownPresent } from './known-present.ts';
import { ofCheckpoint, ofClaim, ofHolder, ofRules } from './line-arguments.ts';
import { done, LIBS, type LineScript, libsOf, lineScript } from './line-script.ts';
import { stretched } from './number-stretches.ts';
import type { Tagged } from './replies.ts';
import * as replies from './replies.ts';
import * as views from './view-replies.ts';

/** A verb whose script takes its input alone. A join has a name beside (join-scripts.ts). */
export type ScriptedVerb = Exclude<LineVerb, 'join'>;

export type LineScripts = { readonly [V in ScriptedVerb]: LineScript<Input<V>, Output<V>> };

/** What a process knows of a line, and of those present in a long one. */
type KnownView = KnownDraws & { readonly present?: KnownPresent | undefined };

const place = (reply: Tagged, { visitor }: Holder): Place => replies.place(reply, visitor);

/** A function of Lua has at most 200 local variables: opening a line has all but these. */
const NOT_TO_OPEN = [
  ...['admissions', 'sessions', 'shares', 'budget-rows', 'budget', 'restored-turns'],
  ...['repeats', 'undone-raises', 'undone-resets', 'ledger', 'counters', 'known-present', 'last-join', 'lost-keys'],
];
const OF_HOLDERS = libsOf('raise-times', 'admissions', 'unconfirmed', 'place');
const OF_RESETS = {
  libs: LIBS.filter(
    (lib) =>
      ![
        'budget-rows',
        'budget',
        'repeats',
        'undone-raises',
        'ledger',
        'known-present',
        'last-join',
        'lost-keys',
      ].includes(lib),
  ),
  parts: PARTS_WITH_KEPT,
};

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
    { libs: LIBS.filter((lib) => !NOT_TO_OPEN.includes(lib)) },
  ),
  configure: lineScript('configure', (rules, now) => [now, ...ofRules(rules)], done),
  place: lineScript('place', ofHolder, place, { libs: libsOf('raise-times', 'unconfirmed', 'place') }),
  claim: lineScript('claim', ofClaim, place, { libs: OF_HOLDERS }),
  undoClaim: lineScript('undo-claim', ({ again, ...holder }, now) => [...ofHolder(holder, now), again ? 1 : 0], done, {
    libs: OF_HOLDERS,
  }),
  restoreAdmissions: lineScript(
    'restore-admissions',
    ({ incarnation, generation, isComplete, admissions }, now) => [
      ...[now, incarnation, generation, isComplete ? 1 : 0],
      ...admissions.flatMap(({ visitor, number, issuedAt, expiresAt }) => [visitor, number, issuedAt, expiresAt]),
    ],
    done,
    { libs: libsOf('admissions', 'unconfirmed', 'ledger') },
  ),
  extend: lineScript('extend', ofHolder, place, { libs: OF_HOLDERS }),
  rejoin: lineScript('rejoin', ofHolder, place, { libs: OF_HOLDERS }),
  leave: lineScript('leave', ofHolder, done, { libs: OF_HOLDERS }),
  endedTurns: lineScript(
    'ended-turns',
    ({ from, to, max, after = 0 }, now) => [now, from, to, max, after],
    ({ rest: [next, ...numbers] }) => ({
      numbers: numbers.map(replies.integer),
      next: typeof next === 'number' ? next : null,
    }),
    { libs: libsOf('unconfirmed', 'restored-turns') },
  ),
  restoreTurns: lineScript(
    'restore-turns',
    ({ incarnation = '', generation, numbers }, now) => {
      const ascending = [...new Set(numbers)].sort((a, b) => a - b);
      return [now, incarnation, generation, ...ascending];
    },
    ({ rest }) => rest.map(replies.integer),
    { libs: libsOf('unconfirmed', 'restored-turns') },
  ),
  admission: lineScript(
    'admission',
    (visitor) => [visitor],
    ({ tag, rest }, visitor, now) => {
      if (tag === 'none') return null;
      const stored = replies.admission(`${replies.text(rest[0])}:${replies.text(rest[5])}`, visitor);
      const at = Math.max(now, replies.integer(rest[1]));
      const standing = standingFor({ stoppedAt: replies.integer(rest[4]) }, at);
      const found = replies.shifted(stored, {
        by: replies.integer(rest[2]) + standing,
        stopped: replies.integer(rest[3]) + standing,
      });
      const ends = Math.min(found.expiresAt, found.confirmBy ?? Number.POSITIVE_INFINITY);
      return ends <= at ? null : replies.withSessions(found, rest[6]);
    },
    { libs: [], parts: ['line', 'admissions', 'provisional', 'sessions'] },
  ),
  confirm: lineScript(
    'confirm',
    (input, now) =>
      typeof input === 'string' ? [now, input] : [now, input.visitor, input.serial, input.browser ?? ''],
    ({ tag, rest }, input) => {
      if (tag === 'none') return null;
      const { visitor, serial } = typeof input === 'string' ? { visitor: input, serial: 0 } : input;
      return replies.withSessions(replies.admission(rest[0], visitor), rest[1], serial);
    },
    { libs: libsOf('sessions', 'admissions') },
  ),
  useAdmission: lineScript(
    'use-admission',
    ({ visitor, serial, limit, attempt, revocable, takeOver = false }, now) => [
      ...[now, visitor, serial, limit, attempt],
      ...[revocable ? 1 : 0, takeOver ? 1 : 0],
    ],
    ({ tag, rest }) => (tag === 'none' ? null : replies.used(rest)),
    { libs: libsOf('sessions') },
  ),
  renew: lineScript(
    'renew',
    (visitor, now) => [now, visitor],
    ({ tag, rest }, visitor) => (tag === 'none' ? null : replies.admission(rest[0], visitor)),
    { libs: libsOf() },
  ),
  recordHeartbeats: lineScript(
    'record-heartbeats',
    ({ incarnation = '', generation, lasting, ...heard }, now) => {
      const { stretches, proven, others } = stretched(heard.numbers, new Set(heard.proven));
      return [
        ...[now, incarnation, generation, lasting ? 1 : 0, stretches.length, proven.length],
        ...stretches.flatMap(({ at, ...bits }) => [at, bits.proven, bits.others]),
        ...proven,
        ...others,
      ];
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
    ({ tag, rest }, { draw }) => (tag === 'none' ? null : views.drawResult(rest, draw)),
    { binary: true },
  ),
  setAlarm: lineScript('set-alarm', (on) => [on ? 1 : 0], done),
  note: lineScript('note', ({ name, value, from }) => [name, value, ...(from === undefined ? [] : [from])], done),
  recordPredictions: lineScript('record-predictions', ({ within, outside }) => [within, outside], done),
  raise: lineScript(
    'raise',
    ({ step, request = '', ...by }, now) => [
      now,
      ...('numbers' in by ? ['numbers', by.numbers, -1] : ['people', by.people, by.credits ?? -1]),
      request,
      ...(step ? [step.from, step.to] : []),
    ],
    ({ tag, rest }) => ({
      raisedBy: replies.integer(rest[0]),
      serving: replies.integer(rest[1]),
      applied: tag === 'raised',
      counters: replies.countersOfSteps(rest[2]),
    }),
    { libs: libsOf('raise-times', 'shares', 'unconfirmed', 'serving', 'repeats', 'counters', 'lost-keys') },
  ),
  undoRaise: lineScript(
    'undo-raise',
    ({ incarnation = '', generation, from, to, isPreview }, now) => [
      ...[now, incarnation, generation],
      ...[from, to, isPreview ? 1 : 0],
    ],
    ({ rest }) => ({
      unclaimed: replies.integer(rest[0]),
      loweredBy: replies.integer(rest[1]),
      counters: replies.counters(rest[2]),
    }),
    { libs: libsOf('raise-times', 'shares', 'unconfirmed', 'serving', 'undone-raises', 'counters', 'lost-keys') },
  ),
  reportExits: lineScript(
    'report-exits',
    ({ exited, completed, abandoned, request = '' }, now) => [
      ...[now, exited, request, completed.length],
      ...completed,
      ...abandoned,
    ],
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
    ({ incarnation }, now) => [now, incarnation],
    ({ rest }) => replies.counters(rest[0]),
    OF_RESETS,
  ),
  undoReset: lineScript(
    'undo-reset',
    ({ incarnation, isPreview }, now) => [now, incarnation, isPreview ? 1 : 0],
    ({ tag, rest }) => ({
      outcome: tag as UndoneReset['outcome'],
      waiting: replies.integer(rest[0]),
      inside: replies.integer(rest[1]),
      issuedSince: replies.integer(rest[2]),
      counters: replies.counters(rest[3]),
    }),
    OF_RESETS,
  ),
  takeOver: lineScript(
    'take-over',
    ({ queue, serving, claimed, completed, abandoned, spent, present, missed, admissions }, now) => [
      ...[now, queue, serving, claimed, completed, abandoned],
      ...[spent, present, missed].map((numbers) => Buffer.from(numbers)),
      ...admissions.flatMap((each) => [each.visitor, each.number, each.issuedAt, each.expiresAt]),
    ],
    ({ tag }) => tag === 'taken',
    { libs: libsOf('raise-times', 'admissions', 'unconfirmed', 'serving') },
  ),
  view: lineScript(
    'view',
    (_, now) => [now],
    ({ rest }) => views.view(rest),
    { binary: true, libs: libsOf('draw', 'counters') },
  ),
  viewForMemory: lineScript(
    'view-for-memory',
    ({ incarnation = '', generation, done, withEntrants, present }: KnownView, now) => [
      ...[now, incarnation, generation, done, withEntrants ? 1 : 0],
      ...ofKnownPresent(present),
    ],
    ({ rest }, { present }: KnownView) => ({
      view: views.view(rest, present),
      draws: views.rememberedDraws(rest),
    }),
    { binary: true, libs: libsOf('draw', 'lost-draws', 'counters', 'known-present', 'lost-keys') },
  ),
};
