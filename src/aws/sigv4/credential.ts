import type { Scope, SignedRequest } from './canonical-request.ts';
import { headerOf } from './canonical-request.ts';

/** How a request says that it is signed: in the Authorization header, or in the query. */
export interface SignedWith {
  readonly accessKeyId: string;
  readonly scope: Scope;
  readonly terminator: string;
  /** Lower case, as listed. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20240101T120000Z`. */
  readonly time: string;
  /** How long a signed URL is valid, in seconds. Null for the header. */
  readonly expires: number | null;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** The signature that a request brings; `incomplete` for an unreadable one, null for none. */
export function readSignature(request: SignedRequest): SignedWith | 'incomplete' | null {
  const query = new URLSearchParams(request.query);
  const authorization = headerOf(request, 'authorization');
  if (authorization === null && query.has('X-Amz-Signature')) return ofQuery(query);
  if (authorization === null || authorization === '') return null;
  return ofHeader(authorization, timeOf(request));
}

function ofHeader(authorization: string, time: string): SignedWith | 'incomplete' {
  const [algorithm, ...rest] = authorization.split(' ');
  const parts = new Map(
    rest
      .join(' ')
      .split(',')
      .map((part): [string, string] => {
        const at = part.indexOf('=');
        return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
      }),
  );
  if (algorithm !== ALGORITHM) return 'incomplete';
  return signedWith(parts.get('Credential'), parts.get('SignedHeaders'), parts.get('Signature'), time, null);
}

function ofQuery(query: URLSearchParams): SignedWith | 'incomplete' {
  const get = (name: string) => query.get(name) ?? undefined;
  const expires = Number(get('X-Amz-Expires') ?? Number.NaN);
  const isValid = Number.isInteger(expires) && expires > 0 && expires <= LONGEST;
  if (get('X-Amz-Algorithm') !== ALGORITHM) return 'incomplete';
  // A client that names no time is held to the time of the header form.
  if (query.has('X-Amz-Expires') && !isValid) return 'incomplete';
  return signedWith(
    get('X-Amz-Credential'),
    get('X-Amz-SignedHeaders'),
    get('X-Amz-Signature'),
    get('X-Amz-Date') ?? '',
    query.has('X-Amz-Expires') ? expires : null,
  );
}

/** The longest validity of a signed URL, in seconds: a week. */
const LONGEST = 604_800;

function signedWith(
  credential: string | undefined,
  signedHeaders: string | undefined,
  signature: string | undefined,
  time: string,
  expires: number | null,
): SignedWith | 'incomplete' {
  const [terminator, service, region, date, ...key] = (credential ?? '').split('/').reverse();
  if (!terminator || !service || !region || !date || key.length === 0) return 'incomplete';
  if (!signedHeaders || !signature || !/^\d{8}T\d{6}Z$/.test(time)) return 'incomplete';
  return {
    accessKeyId: key.reverse().join('/'),
    scope: { date, region, service },
    terminator,
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signature,
    time,
    expires,
  };
}

/** `X-Amz-Date`, else `Date`. */
function timeOf(request: SignedRequest): string {
  const own = headerOf(request, 'x-amz-date');
  if (own !== null) return own;
  const date = Date.parse(headerOf(request, 'date') ?? '');
  return Number.isNaN(date) ? '' : formatTime(date);
}

/** `20240101T120000Z`. */
export function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** Milliseconds since the epoch; NaN for a time that does not exist. */
export function parseTime(time: string): number {
  return Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
