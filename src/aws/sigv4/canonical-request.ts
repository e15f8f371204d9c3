/** The canonical request of Signature Version 4, and what signs it. */
import { createHash, createHmac } from 'node:crypto';

/** A request as it arrived. */
export interface SignedRequest {
  readonly method: string;
  /** The path as the client wrote it, still encoded. */
  readonly path: string;
  /** Without the question mark, still encoded. */
  readonly query: string;
  /** Names and values in turn, as in `IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Uint8Array, data: string) => createHmac('sha256', key).update(data).digest();

/** RFC 3986: everything but the unreserved characters is encoded. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The values of a header, trimmed, with single spaces, in the order of the request. Null if the request has none. */
export function headerOf({ rawHeaders }: Pick<SignedRequest, 'rawHeaders'>, name: string): string | null {
  const values: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === name) values.push((rawHeaders[i + 1] ?? '').trim().replace(/ +/g, ' '));
  }
  return values.length === 0 ? null : values.join(',');
}

/** Each segment is encoded once more: all services but S3 sign the encoded path. */
const canonicalPath = (path: string) => path.split('/').map(encode).join('/');

/** Parameters without the signature itself, sorted by name, then by value. */
function canonicalQuery(query: string, form: (text: string) => string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [form(pair), ''] : [form(pair.slice(0, at)), form(pair.slice(at + 1))];
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${name}=${value}`)
    .sort(byCodeUnits)
    .join('&');
}

/** `=` sorts after the characters that a longer name could go on with, so names are compared first. */
function byCodeUnits(one: string, other: string): number {
  const [a = '', b = ''] = [one.split('=', 1)[0], other.split('=', 1)[0]];
  if (a !== b) return a < b ? -1 : 1;
  return one < other ? -1 : Number(one > other);
}

function reencode(text: string): string {
  try {
    return encode(decodeURIComponent(text.replaceAll('+', ' ')));
  } catch {
    return text;
  }
}

/**
 * The canonical requests that a client may have signed: with the query encoded as AWS says, and with the query as it was
 * sent, which aws-requests-auth signs; each with every host.
 */
export function canonicalRequests(
  request: SignedRequest,
  names: readonly string[],
  hosts: readonly string[],
): string[] {
  const queries = new Set([canonicalQuery(request.query, reencode), canonicalQuery(request.query, (text) => text)]);
  const hash = sha256(request.body);
  return [...queries].flatMap((query) =>
    hosts.map((host) => {
      const headers = names.map((name) => `${name}:${name === 'host' ? host : (headerOf(request, name) ?? '')}\n`);
      return [request.method, canonicalPath(request.path), query, headers.join(''), names.join(';'), hash].join('\n');
    }),
  );
}

/** `20240101/eu-central-1/execute-api/aws4_request`. */
export interface Scope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** The signature of a canonical request, in hexadecimal. */
export function signatureOf(canonical: string, secret: string, time: string, { date, region, service }: Scope): string {
  const key = [date, region, service, 'aws4_request'].reduce<string | Uint8Array>(hmac, `AWS4${secret}`);
  const toSign = ['AWS4-HMAC-SHA256', time, `${date}/${region}/${service}/aws4_request`, sha256(canonical)].join('\n');
  return hmac(key, toSign).toString('hex');
}
