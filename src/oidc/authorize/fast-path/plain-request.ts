/**
 * Reads an authorization request that a look at its text shows to be plain: a navigation by GET, with parameters that
 * every relying party sends, each once. Any other request is null, valid or not: oidc-provider reads it.
 */
import type { IncomingMessage } from 'node:http';
import { frameRefusal, isNavigation, navigationOf } from '#http/navigation.ts';
import { canTravel } from '#pages/waiting/address.ts';

export interface PlainRequest {
  /** As it was received, without `?`. */
  readonly query: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly hasChallenge: boolean;
  /** The page that the visitor came for, if the relying party sends it. */
  readonly targetUri: string | null;
}

const PATH = '/authorize?';
const PARAMETERS = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'ui_locales',
  'target_link_uri',
] as const;
type Parameter = (typeof PARAMETERS)[number];
type Values = Record<Parameter, string | undefined>;
const NO_VALUES = Object.fromEntries(PARAMETERS.map((name) => [name, undefined])) as Values;

/** Anything but characters that mean the same to every reader of a query, what separates parameters, and escapes. */
const DOUBTFUL = /[^\w.~*!'()+:/@,$&=%-]|%(?![\dA-Fa-f]{2})/;
/** The scopes of the service. Others are ignored or refused, which is not decided here. */
const SCOPES: ReadonlySet<string> = new Set(['openid', 'email']);
/** RFC 7636 §4.2. */
const CHALLENGE = /^[\w.~-]{43,128}$/;

export function readPlainRequest(req: IncomingMessage): PlainRequest | null {
  const { url = '', headers } = req;
  if (req.method !== 'GET' || !url.startsWith(PATH)) return null;
  // A request that waited, or goes round, has a note of ours behind all others.
  if (url.includes('&anteroom_')) return null;
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return null;
  if (headers['anteroom-pass'] !== undefined || headers.origin !== undefined) return null;
  const navigation = navigationOf(req);
  if (!isNavigation(navigation) || frameRefusal(navigation)) return null;
  return readPlainQuery(url.slice(PATH.length));
}

export function readPlainQuery(query: string): PlainRequest | null {
  const values = readParameters(query);
  if (!values || !canTravel(query)) return null;
  const { client_id: clientId, redirect_uri: redirectUri, scope } = values;
  if (values.response_type !== 'code' || clientId === undefined || redirectUri === undefined) return null;
  const scopes = scope?.split(' ') ?? [];
  if (!scopes.includes('openid') || !scopes.every((each) => SCOPES.has(each))) return null;
  const { code_challenge: challenge, code_challenge_method: method } = values;
  const hasChallenge = challenge !== undefined;
  if (hasChallenge ? method !== 'S256' || !CHALLENGE.test(challenge) : method !== undefined) return null;
  return { query, clientId, redirectUri, hasChallenge, targetUri: values.target_link_uri ?? null };
}

/** Null for a query with another parameter, one that occurs twice or is empty, or a character that needs a parser. */
function readParameters(query: string): Values | null {
  if (DOUBTFUL.test(query)) return null;
  const values: Values = { ...NO_VALUES };
  let from = 0;
  let at = query.indexOf('=');
  while (from <= query.length) {
    const and = query.indexOf('&', from);
    const end = and < 0 ? query.length : and;
    // A pair without `=`, or without a value.
    if (at < 0 || at + 1 >= end) return null;
    const name = parameterAt(query, from, at);
    const next = query.indexOf('=', at + 1);
    if (!name || values[name] !== undefined || (next >= 0 && next < end)) return null;
    const value = decoded(query.slice(at + 1, end));
    if (value === null) return null;
    values[name] = value;
    [from, at] = [end + 1, next];
  }
  return values;
}

/** Compares in place: a name that was cut out of the query would have to be looked up as a text of its own. */
function parameterAt(query: string, from: number, to: number): Parameter | undefined {
  for (const name of PARAMETERS) if (name.length === to - from && query.startsWith(name, from)) return name;
  return undefined;
}

/** Null for escapes that are no UTF-8. */
function decoded(text: string): string | null {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
