/** The scripts with keys of their own: what they take, and what their replies mean. scripts/*.lua say the rest. */
import * as replies from './replies.ts';
import type { Argument, Reply, Script } from './script.ts';

function keyScript<Args extends readonly Argument[], Result>(
  name: string,
  parse: (reply: Reply, ...args: Args) => Result,
  keys = 1,
  libs: readonly string[] = [],
): Script<Args, Result> {
  return { name, libs, keys, args: (...args) => args, parse };
}

const done = () => undefined;

const isOne = (reply: Reply) => reply === 1;

export const keyScripts = {
  lease: keyScript<[holder: string, ttl: number], boolean>('lease', isOne),
  release: keyScript<[holder: string], boolean>('release', isOne),
  remember: keyScript<[value: string, ttl: number], string | null>('remember', (reply) =>
    reply === null ? null : replies.text(reply),
  ),
  addCounts: keyScript<[ttl: number, kept: number, ...counts: (string | number)[]], number[]>('add-counts', (reply) =>
    replies.list(reply).map(replies.integer),
  ),
  compareClocks: keyScript<[process: string, skew: number | '', lasts: number], number[]>('compare-clocks', (reply) =>
    replies.list(reply).map(replies.integer),
  ),
  consume: keyScript<[seconds: number], boolean>('consume', isOne),
  append: keyScript<[capacity: number, ...entries: string[]], number>('append', replies.integer),
  appendAudit: keyScript<
    [id: string, same: string, at: number, count: number, entry: string, ...limits: number[]],
    void
  >('append-audit', done, 6, ['restore-audit']),
  indexGrant: keyScript<[record: string, ttl: number], void>('index-grant', done),
  /** With `heldUntil` only a login that is held until then. */
  expectLogout: keyScript<
    [login: string, at: number, sid: string, keep: number, now: number, ...heldUntil: number[]],
    void
  >('expect-logout', done, 2, ['restore-logouts']),
  takeLogouts: keyScript<[max: number, now: number, heldUntil: number, notBefore: number], string[]>(
    'take-logouts',
    (reply) => replies.list(reply).map(replies.text),
    2,
    ['restore-logouts'],
  ),
  changedTexts: keyScript<[fields: number, long: number, ...named: string[]], string[]>('changed-texts', (reply) =>
    replies.list(reply).map(replies.text),
  ),
  /** Without a value the field is deleted. */
  replaceField: keyScript<[field: string, expected: string, ...value: string[]], boolean>('replace-field', isOne),
  keepCopy: keyScript<[], boolean>('keep-copy', isOne, 2),
  removeCopied: keyScript<[field: string, ...expected: string[]], boolean>('remove-copied', isOne, 2),
  addPlaces: keyScript<[ttl: number, ...places: string[]], void>('add-places', done),
  addToken: keyScript<[sub: string, token: string, expires: number, kept: number, now: number], string>(
    'add-token',
    replies.text,
    2,
  ),
  endTokens: keyScript<[status: number, ...subs: string[]], string[]>('end-tokens', (reply) =>
    replies.list(reply).map(replies.text),
  ),
  markArrival: keyScript<[number: number, at: number, ttl: number], void>('mark-arrival', done),
  writeSeries: keyScript<[ttl: number, ...rows: (string | number)[]], void>('write-series', done),
  putNotice: keyScript<
    [of: string, visitor: string, number: number, notice: string, capacity: number, ttl: number],
    boolean
  >('put-notice', isOne, 2, ['notices']),
  takeNotices: keyScript<[of: string, upTo: number, max: number, now: number], string[]>(
    'take-notices',
    (reply) => replies.list(reply).map(replies.text),
    2,
    ['notices'],
  ),
  putBackNotice: keyScript<[of: string, visitor: string, number: number, notice: string, ttl: number], boolean>(
    'put-back-notice',
    isOne,
    2,
    ['notices'],
  ),
  settleNotice: keyScript<[of: string, visitor: string, notice: string, failuresKept: number], boolean>(
    'settle-notice',
    isOne,
    2,
    ['notices'],
  ),
  /** Without `at` the key is missing. */
  moveLogout: keyScript<[login: string, heldUntil: number, at: number | ''], void>('move-logout', done, 2),
};
