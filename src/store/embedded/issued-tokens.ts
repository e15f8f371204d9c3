import type { DatabaseSync } from 'node:sqlite';
import {
  type IssuedToken,
  type IssuedTokens,
  type SessionStatus,
  TOKENS_KEPT,
  type TokenLine,
} from '#waiting-room/ports/issued-tokens.ts';
import type { GroupCommit } from './group-commit.ts';

export interface IssuedTokensDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** No room has a space in it. */
const keyOf = ({ room, incarnation, generation }: TokenLine) => `${room} ${incarnation} ${generation}`;

/** The tokens of AWS's API. The sweep deletes each a while after its last change. */
export function createIssuedTokens({ database, group, now }: IssuedTokensDeps): IssuedTokens {
  const sql = {
    find: database.prepare('SELECT * FROM issued_tokens WHERE line = ? AND sub = ?'),
    add: database.prepare(
      'INSERT INTO issued_tokens (line, sub, number, issued_at, valid_until, issuer, status, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    end: database.prepare('UPDATE issued_tokens SET status = ? WHERE line = ? AND sub = ? AND status = 0'),
    expired: database.prepare(
      'SELECT sub FROM issued_tokens WHERE line = ? AND valid_until < ? ORDER BY valid_until, sub',
    ),
    mark: database.prepare('INSERT OR REPLACE INTO arrivals (line, number, at, expires) VALUES (?, ?, ?, ?)'),
    arrival: database.prepare('SELECT at FROM arrivals WHERE line = ? AND number <= ? ORDER BY number DESC LIMIT 1'),
  };
  const find = (line: TokenLine, sub: string): IssuedToken | null => {
    const row = sql.find.get(keyOf(line), sub);
    return row === undefined ? null : parse(row);
  };

  return {
    add: (line, token) =>
      group.change(() => {
        const before = find(line, token.sub);
        if (before) return before;
        const { sub, number, issuedAt, expires, issuer, status } = token;
        const until = Math.max(now(), expires * 1000) + TOKENS_KEPT;
        sql.add.run(keyOf(line), sub, number, issuedAt, expires, issuer, status, until);
        return token;
      }),
    find: (line, sub) => group.run(() => find(line, sub)),
    end: (line, subs, status) =>
      group.change(() => subs.filter((sub) => Number(sql.end.run(status, keyOf(line), sub).changes) > 0)),
    expired: (line, before) => group.run(() => sql.expired.all(keyOf(line), before).map(({ sub }) => String(sub))),
    markArrival: (line, number, at) =>
      group.change(() => void sql.mark.run(keyOf(line), number, at, now() + TOKENS_KEPT)),
    arrivalOf: (line, number) =>
      group.run(() => {
        const row = sql.arrival.get(keyOf(line), number);
        return row === undefined ? null : Number(row.at);
      }),
  };
}

function parse(row: Readonly<Record<string, unknown>>): IssuedToken {
  return {
    sub: String(row.sub),
    number: Number(row.number),
    issuedAt: Number(row.issued_at),
    expires: Number(row.valid_until),
    issuer: String(row.issuer),
    status: Number(row.status) as SessionStatus,
  };
}
