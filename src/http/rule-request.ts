/** Describes a request to the rules of a room. */
import type { IncomingHttpHeaders } from 'node:http';
import type { RuleRequest } from '#waiting-room/entry/rules.ts';
import { cookieValue } from './visitor-cookies.ts';

/** Where a request goes: at the gate the request itself, at the other doors the page that the visitor wants. */
export interface RuleTarget {
  /** Absolute, as it was received. Null for a request to no page. */
  readonly url: string | null;
  readonly method: string;
  /** Whether it is the request itself: what an agent signs. */
  readonly isRequest?: boolean;
}

/** Without what has to be checked: whether the sender is of a search engine, and which agents signed the request. */
export function describeRequest(
  headers: IncomingHttpHeaders,
  address: string,
  { url, method }: RuleTarget,
): Omit<RuleRequest, 'searchEngine' | 'agents'> {
  const parsed = url === null ? null : URL.parse(url);
  const path = parsed && decoded(parsed.pathname);
  return {
    path: parsed && (path ?? parsed.pathname),
    isPlainPath: url !== null && path !== null && isPlain(url, path),
    host: parsed?.host ?? null,
    method: method.toUpperCase(),
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    cookie: (name) => cookieValue(headers.cookie, name),
    address,
  };
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

const PATH = /^[a-z]+:\/\/[^/?#\\]*([^?#]*)/i;
/** `//`, a backslash or a path parameter, or a slash, a percent sign or any of these that is encoded. */
const DOUBTFUL = /\/\/|[\\;]|%(?:2f|5c|25|3b)/i;
const DOTS = /(?:^|\/)\.{1,2}(?:\/|$)/;
const hasControls = (text: string) => [...text].some((letter) => letter < ' ' || letter === '\u007f');

/** Whether proxies and servers have no choice how to read a path: no dots to resolve, nothing to merge or to cut off. */
function isPlain(url: string, path: string): boolean {
  const raw = PATH.exec(url)?.[1] ?? '';
  return !DOUBTFUL.test(raw) && !DOTS.test(decoded(raw) ?? '..') && !hasControls(path);
}
