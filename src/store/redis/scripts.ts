/** Every script: the keys and arguments it takes, and its reply as the ports have it. scripts/*.lua say the rest. */
import type { Admission } from '#waiting-room/line/admission.ts';
import type { Exits, ExitsResult } from '#waiting-room/line/admissions.ts';
import type { Counters, LineView } from '#waiting-room/line/counters.ts';
import type { DrawOpening, DrawResult, Entry } from '#waiting-room/line/draw.ts';
import type { Entrant, Joined } from '#waiting-room/line/joins.ts';
import type { NoteName } from '#waiting-room/line/line.ts';
import type { Holder, Place } from '#waiting-room/line/place.ts';
import type { InletStep, Raise, Raised } from '#waiting-room/line/serving.ts';
import type { LineRules } from '#waiting-room/room.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import { LINE_KEYS } from './keys.ts';
import type { Tagged } from './replies.ts';
import * as replies from './replies.ts';
import type { Argument, Reply, Script } from './script.ts';

/** The result of a verb in a room that may not be there: `null` stands for that. */
type LineScript<Args extends readonly unknown[], Result> = Script<Args, { readonly result: Result } | null>;

const LINE_LIBS = [
  'line',
  'bits',
  'presence',
  'admissions',
  'turns',
  'settle',
  'serving',
  'place',
  'counters',
  'draws',
];

function lineScript<Args extends readonly unknown[], Result>(
  name: string,
  args: (...args: Args) => readonly Argument[],
  parse: (reply: Tagged, ...args: Args) => Result,
  options: { binary?: boolean; libs?: readonly string[]; keys?: number } = {},
): LineScript<Args, Result> {
  return {
    name,
    libs: LINE_LIBS,
    keys: LINE_KEYS,
    ...options,
    args,
    parse(reply, ...given) {
      const answer = replies.tagged(reply);
      return answer.tag === 'absent' ? null : { result: parse(answer, ...given) };
    },
  };
}

const done = () => undefined;

const ofHolder = ({ generation, number, visitor }: Holder, now: number) => [now, generation, number, visitor];

const place = (reply: Tagged, { visitor }: Holder): Place => replies.place(reply, visitor);

export const lineScripts = {
  configure: lineScript(
    'configure',
    ({ mode, size, lifetime, claimWindow, presenceTimeout }: LineRules, now: number) => [
      now,
      mode,
      size,
      lifetime,
      claimWindow,
      presenceTimeout,
    ],
    done,
  ),
  join: lineScript(
    'join',
    (entrants: readonly Entrant[], now: number) => [
      now,
      entrants.length,
      ...entrants.flatMap(({ visitor, claim }, index) => (claim ? [`${index + 1}:${visitor}`] : [])),
    ],
    ({ tag, rest }, entrants): Joined[] | null =>
      replies.joined(
        tag,
        rest,
        entrants.map(({ visitor }) => visitor),
      ),
  ),
  place: lineScript('place', ofHolder, place),
  claim: lineScript('claim', ofHolder, place),
  rejoin: lineScript('rejoin', ofHolder, place),
  leave: lineScript('leave', ofHolder, done),
  admission: lineScript(
    'admission',
    (visitor: VisitorId, _now: number) => [visitor],
    ({ tag, rest }, visitor, now): Admission | null => {
      if (tag === 'none') return null;
      const found = replies.shifted(replies.admission(rest[0], visitor), replies.integer(rest[2]));
      return found.expiresAt > Math.max(now, replies.integer(rest[1])) ? found : null;
    },
    { libs: [], keys: 2 },
  ),
  renew: lineScript(
    'renew',
    (visitor: VisitorId, now: number) => [now, visitor],
    ({ tag, rest }, visitor): Admission | null => (tag === 'none' ? null : replies.admission(rest[0], visitor)),
  ),
  heard: lineScript(
    'heard',
    (generation: number, numbers: readonly number[], now: number) => [now, generation, ...numbers],
    done,
  ),
  heardEntrants: lineScript(
    'heard-entrants',
    (generation: number, draw: number, indexes: readonly number[], now: number) => [now, generation, draw, ...indexes],
    done,
  ),
  withdraw: lineScript(
    'withdraw',
    (generation: number, { draw, index }: Entry, now: number) => [now, generation, draw, index],
    done,
  ),
  announceDraw: lineScript(
    'announce-draw',
    ({ order, opensAt, ...settled }: DrawOpening, now: number) => [
      now,
      settled.event,
      JSON.stringify(settled),
      order,
      opensAt,
    ],
    done,
  ),
  withdrawDraw: lineScript('withdraw-draw', (event: string, now: number) => [now, event], done),
  draw: lineScript('draw', (event: string, now: number) => [now, event], done),
  drawResult: lineScript(
    'draw-result',
    (generation: number, draw: number) => [generation, draw],
    ({ tag, rest }, _, draw): DrawResult | null => (tag === 'none' ? null : replies.drawResult(rest, draw)),
    { binary: true },
  ),
  alarm: lineScript('alarm', (on: boolean) => [on ? 1 : 0], done),
  note: lineScript('note', (name: NoteName, value: string) => [name, value], done),
  predicted: lineScript('predicted', (within: number, outside: number) => [within, outside], done),
  raise: lineScript(
    'raise',
    (by: Raise, now: number, step: InletStep | undefined) => [
      now,
      ...('numbers' in by ? ['numbers', by.numbers, -1] : ['people', by.people, by.credits ?? -1]),
      ...(step ? [step.from, step.to] : []),
    ],
    ({ tag, rest }): Raised => ({
      raisedBy: replies.integer(rest[0]),
      applied: tag === 'raised',
      counters: replies.counters(rest[1]),
    }),
  ),
  exits: lineScript(
    'exits',
    ({ exited, completed, abandoned }: Exits, now: number) => [
      now,
      exited,
      completed.length,
      ...completed,
      ...abandoned,
    ],
    ({ rest }): ExitsResult => ({
      unknown: replies.integer(rest[0]),
      counters: replies.counters(rest[1]),
      ended: replies.list(rest[2]).map(replies.text),
    }),
  ),
  reset: lineScript(
    'reset',
    () => [],
    ({ rest }): Counters => replies.counters(rest[0]),
  ),
  view: lineScript(
    'view',
    (now: number) => [now],
    ({ rest }): LineView => replies.view(rest),
    { binary: true },
  ),
  remove: lineScript('remove', () => [], done),
};

function keyScript<Args extends readonly Argument[], Result>(
  name: string,
  parse: (reply: Reply, ...args: Args) => Result,
  keys = 1,
): Script<Args, Result> {
  return { name, libs: [], keys, args: (...args) => args, parse };
}

const isOne = (reply: Reply) => reply === 1;

/** Scripts with keys of their own. */
export const keyScripts = {
  lease: keyScript<[holder: string, ttl: number], boolean>('lease', isOne),
  release: keyScript<[holder: string], boolean>('release', isOne),
  remember: keyScript<[value: string, ttl: number], string | null>('remember', (reply) =>
    reply === null ? null : replies.text(reply),
  ),
  consume: keyScript<[seconds: number], boolean>('consume', isOne),
  append: keyScript<[room: number, ...entries: string[]], number>('append', replies.integer),
  indexGrant: keyScript<[record: string, ttl: number], void>('index-grant', done),
  /** With `heldUntil` only a login that is held until then. */
  expectLogout: keyScript<[login: string, at: number, sid: string, keep: number, ...heldUntil: number[]], void>(
    'expect-logout',
    done,
    2,
  ),
  takeLogouts: keyScript<[max: number, now: number, heldUntil: number, notBefore: number], string[]>(
    'take-logouts',
    (reply) => replies.list(reply).map(replies.text),
    2,
  ),
  /** Without `at` it is gone. */
  moveLogout: keyScript<[login: string, heldUntil: number, at: number | ''], void>('move-logout', done, 2),
};
