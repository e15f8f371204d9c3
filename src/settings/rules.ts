import { z } from 'zod';
import { isAgentKey } from '#waiting-room/entry/agents.ts';
import { isNetwork } from '#waiting-room/entry/network.ts';
import { coveredBy } from '#waiting-room/entry/rule-faults.ts';
import type { Rule } from '#waiting-room/entry/rules.ts';
import { SEARCH_ENGINE_NAMES } from '#waiting-room/entry/search-engines.ts';
import { fields } from './fields.ts';

/** One or a list, kept as a list. */
const listOf = <Value extends string>(each: z.ZodType<Value, Value>) =>
  z
    .codec(z.union([each, z.array(each).min(1).max(1000)]), z.custom<Value[]>(), {
      decode: (given) => (Array.isArray(given) ? given : [given]),
      encode: (given) => given,
    })
    .describe('One, or a list of which one must match.');

const NEVER = 'can never match';
const text = z.string().min(1).max(500);
const hasControls = (value: string) => [...value].some((letter) => letter < ' ' || letter === '\u007f');

const path = text
  .refine((value) => /^[/*]/.test(value), { error: `${NEVER}: a path begins with /` })
  .refine((value) => !/[?#]/.test(value), { error: `${NEVER}: a path has no query and no fragment` })
  .refine((value) => !/(?:^|\/)\.{1,2}(?:\/|$)/.test(value), {
    error: `${NEVER}: . and .. are resolved before a path is compared`,
  })
  .refine((value) => !/%[0-9a-f]{2}/i.test(value), { error: `${NEVER}: a path is decoded before it is compared` });

const host = text.refine((value) => /^[a-z0-9.*_-]+(?::[\d*]+)?$|^\[[0-9a-f:.*]+\](?::[\d*]+)?$/.test(value), {
  error: `${NEVER}: a host is a name in lower case and perhaps a port, without a scheme or path`,
});

const method = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A token (RFC 9110 §5.6.2). */
const fieldName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, `${NEVER}: this is no name of a header`);
const cookieName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, `${NEVER}: this is no name of a cookie`);
const value = z
  .string()
  .max(500)
  .refine((given) => !hasControls(given), { error: `${NEVER}: a value has no control characters` });

const address = z.string().refine(isNetwork, {
  error: 'must be an IP address or a network in CIDR notation, such as 192.0.2.0/24',
});

const country = z.string().regex(/^[A-Z][A-Z0-9]$/, `${NEVER}: a country is two capital letters, such as DE`);

/** Keys are fetched over https, or from this machine to try it out. */
const isAgentOrigin = (text: string) =>
  URL.parse(text)?.origin === text && /^https:|^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)/.test(text);

const agent = z.string().refine((text) => isAgentKey(text) || isAgentOrigin(text), {
  error: 'must be an https origin, such as https://agent.example, or the x of an Ed25519 key in base64url',
});

const named = (name: typeof fieldName, each: z.ZodType<string, string>) =>
  z.record(name, listOf(each)).refine((given) => Object.keys(given).length > 0, { error: 'must name at least one' });

const match = fields({
  path: listOf(path).optional(),
  host: listOf(host).optional(),
  method: listOf(method).optional(),
  header: named(fieldName, value).optional(),
  cookie: named(cookieName, value).optional(),
  address: listOf(address).optional(),
  country_header: named(fieldName, country).optional(),
  user_agent: listOf(text).optional(),
  search_engine: listOf(z.enum(SEARCH_ENGINE_NAMES)).optional(),
  agent: listOf(agent).optional(),
}).describe('The conditions that a request must meet, all of them. In texts, * stands for any characters.');

const rule = fields({
  match: match.prefault({}),
  action: z.enum(['wait', 'bypass', 'challenge', 'refuse']),
}).meta({ id: 'Rule' });

/** Rules, in order. One that can never match is a fault. */
export const ruleList = z
  .array(rule)
  .max(200)
  .check(({ value: given, issues }) => {
    given.forEach((each, index) => {
      const earlier = coveredBy(given as readonly Rule[], index);
      if (earlier === null) return;
      const message = `${NEVER}: rules[${earlier}] matches every request that this rule would`;
      issues.push({ code: 'custom', message, path: [index, 'match'], input: each });
    });
  })
  .describe('What happens with requests that need no place in line, or get none. The first rule that matches decides.');

export const rules = ruleList.default([]);
