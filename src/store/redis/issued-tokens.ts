import {
  type IssuedToken,
  type IssuedTokens,
  type SessionStatus,
  TOKENS_KEPT,
} from '#waiting-room/ports/issued-tokens.ts';
import type { RedisClient } from './client.ts';
import { keyScripts } from './key-scripts.ts';
import { tokenKeys } from './keys.ts';
import type { Run } from './script.ts';
import { answered } from './unavailable.ts';

/** The tokens of AWS's API: a hash and two sorted sets a line, which Redis drops a while after the last change. */
export function createIssuedTokens(client: RedisClient, run: Run): IssuedTokens {
  return {
    async add(line, token) {
      const { tokens, expiries } = tokenKeys(line);
      return parse(
        token.sub,
        await run(
          keyScripts.addToken,
          [tokens, expiries],
          token.sub,
          format(token),
          token.expires,
          TOKENS_KEPT,
          token.issuedAt,
        ),
      );
    },
    async find(line, sub) {
      const found = await answered(client.hget(tokenKeys(line).tokens, sub));
      return found === null ? null : parse(sub, found);
    },
    async end(line, subs, status) {
      return subs.length === 0 ? [] : run(keyScripts.endTokens, [tokenKeys(line).tokens], status, ...subs);
    },
    expired: (line, before) => answered(client.zrangebyscore(tokenKeys(line).expiries, '-inf', `(${before}`)),
    markArrival: (line, number, at) => run(keyScripts.markArrival, [tokenKeys(line).arrivals], number, at, TOKENS_KEPT),
    async arrivalOf(line, number) {
      const [mark] = await answered(client.zrevrangebyscore(tokenKeys(line).arrivals, number, '-inf', 'LIMIT', 0, 1));
      return mark === undefined ? null : Number(mark.slice(mark.indexOf(':') + 1));
    },
  };
}

/** The status comes first, where end-tokens.lua changes it. The issuer may contain colons, so it is last. */
const format = ({ status, number, issuedAt, expires, issuer }: IssuedToken) =>
  [status, number, issuedAt, expires, issuer].join(':');

function parse(sub: string, text: string): IssuedToken {
  const [status, number, issuedAt, expires, ...issuer] = text.split(':');
  return {
    sub,
    number: Number(number),
    issuedAt: Number(issuedAt),
    expires: Number(expires),
    issuer: issuer.join(':'),
    status: Number(status) as SessionStatus,
  };
}
