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
const KNOWN: ReadonlySet<string> = new Set(PARAMETERS);

/** Characters that mean the same to every reader of a query, and escapes. */
const VALUE = /^(?:[\w.~*!'()+:/@,$-]|%[\dA-Fa-f]{2})+$/;
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
function readParameters(query: string): Partial<Record<Parameter, string>> | null {
  const values: Partial<Record<Parameter, string>> = {};
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    const text = pair.slice(at + 1);
    if (at < 0 || !isParameter(name) || name in values || !VALUE.test(text)) return null;
    const value = decoded(text);
    if (value === null) return null;
    values[name] = value;
  }
  return values;
}

const isParameter = (name: string): name is Parameter => KNOWN.has(name);

/** Null for escapes that are no UTF-8. */
function decoded(text: string): string | null {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
