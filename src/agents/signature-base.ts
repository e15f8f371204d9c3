/** What an HTTP message signature is made over (RFC 9421 §2.5). */
import {
  type InnerList,
  type Item,
  isInnerList,
  parseDictionary,
  serializeInnerList,
  serializeItem,
} from './structured-fields.ts';

/** A request as its sender signed it. */
export interface SignedRequest {
  readonly method: string;
  /** Absolute, as it was received. */
  readonly url: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

const PARTS = /^([a-z]+):\/\/[^/?#]*([^?#]*)(\?[^#]*)?/i;

/** Null where the request lacks a component, or the signature names one twice or one that is not known here. */
export function signatureBase(input: InnerList, request: SignedRequest): string | null {
  const lines: string[] = [];
  const names = new Set<string>();
  for (const component of input.items) {
    const name = serializeItem(component);
    const value = componentValue(component, request);
    if (value === null || names.has(name)) return null;
    names.add(name);
    lines.push(`${name}: ${value}`);
  }
  return [...lines, `"@signature-params": ${serializeInnerList(input)}`].join('\n');
}

function componentValue({ value: name, params }: Item, request: SignedRequest): string | null {
  if (typeof name !== 'string') return null;
  if (name.startsWith('@')) return params.size === 0 ? derivedValue(name, request) : null;
  const value = headerOf(request, name);
  if (value === null || params.size === 0) return value;
  const key = params.get('key');
  return params.size === 1 && typeof key === 'string' ? memberValue(value, key) : null;
}

/** A field's value, on one line (RFC 9421 §2.1). Null if the request has no such header. */
export function headerOf({ headers }: SignedRequest, name: string): string | null {
  const value = headers[name];
  if (value === undefined) return null;
  return (typeof value === 'string' ? value : value.join(', ')).trim();
}

/** A member of a field that is a dictionary (RFC 9421 §2.1.2). */
function memberValue(header: string, key: string): string | null {
  const member = parseDictionary(header)?.get(key);
  if (!member) return null;
  return isInnerList(member) ? serializeInnerList(member) : serializeItem(member);
}

/** RFC 9421 §2.2. */
function derivedValue(name: string, { method, url }: SignedRequest): string | null {
  const [, scheme = '', path = '', query = ''] = PARTS.exec(url) ?? [];
  switch (name) {
    case '@method':
      return method;
    case '@target-uri':
      return url;
    case '@authority':
      return URL.parse(url)?.host ?? null;
    case '@scheme':
      return scheme.toLowerCase();
    case '@request-target':
      return `${path || '/'}${query}`;
    case '@path':
      return path || '/';
    case '@query':
      return query || '?';
    default:
      return null;
  }
}
