/**
 * Signature Version 4 as AWS's documentation describes it ("Create a signed AWS API request"), written apart from the
 * service, so that the two can be compared. It sends what AWS's clients send.
 */
import { createHash, createHmac } from 'node:crypto';

export const KEY = { accessKeyId: 'AKIDEXAMPLEEXAMPLE01', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

export interface SignOptions {
  readonly method?: string;
  readonly url: string;
  readonly body?: string;
  readonly type?: string;
  readonly now?: number;
  readonly key?: typeof KEY;
  readonly service?: string;
  readonly token?: string;
  /** What is signed in place of the host of the URL. */
  readonly host?: string;
  /** Signed in place of the hash of the body. */
  readonly hash?: string;
  readonly headers?: Record<string, string>;
}

export interface Signed {
  readonly url: string;
  readonly init: RequestInit & { readonly headers: Record<string, string> };
}

const hex = (data: string) => createHash('sha256').update(data, 'utf8').digest('hex');
const mac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data, 'utf8').digest();
const uri = (text: string) =>
  [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9\-._~]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

const timeOf = (now: number) => `${new Date(now).toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '')}Z`;

function sign(
  { method = 'GET', url, body = '', key = KEY, service = 'execute-api', hash = hex(body) }: SignOptions,
  time: string,
  headers: Record<string, string>,
  query: readonly (readonly [string, string])[],
) {
  const names = Object.keys(headers).sort();
  const canonicalQuery = query
    .map(([name, value]) => [uri(name), uri(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
  const canonical = [
    method,
    new URL(url).pathname.split('/').map(uri).join('/'),
    canonicalQuery,
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    hash,
  ].join('\n');
  const scope = `${time.slice(0, 8)}/eu-west-1/${service}/aws4_request`;
  const signing = scope.split('/').reduce<Buffer | string>(mac, `AWS4${key.secretAccessKey}`);
  const signature = mac(signing, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hex(canonical)}`).toString('hex');
  return { credential: `${key.accessKeyId}/${scope}`, names: names.join(';'), signature };
}

/** The credential in the Authorization header. */
export function signHeader(options: SignOptions): Signed {
  const { method = 'GET', url, body, type, now = Date.now(), token, host = new URL(url).host, headers = {} } = options;
  const time = timeOf(now);
  const signed = { host, 'x-amz-date': time, ...(token ? { 'x-amz-security-token': token } : {}) };
  const { credential, names, signature } = sign(options, time, signed, [...new URL(url).searchParams]);
  const { host: _, ...sent } = signed;
  return {
    url,
    init: {
      method,
      ...(body === undefined ? {} : { body }),
      headers: {
        ...sent,
        ...(type ? { 'Content-Type': type } : {}),
        Authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
        ...headers,
      },
    },
  };
}

/** The credential in the query. */
export function signQuery(options: SignOptions & { readonly expires?: number }): Signed {
  const { method = 'GET', url, body, now = Date.now(), key = KEY, service = 'execute-api', token, expires } = options;
  const time = timeOf(now);
  const signed = new URL(url);
  const credential = `${key.accessKeyId}/${time.slice(0, 8)}/eu-west-1/${service}/aws4_request`;
  const params = {
    ...{ 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Credential': credential, 'X-Amz-Date': time },
    ...(expires === undefined ? {} : { 'X-Amz-Expires': String(expires) }),
    ...(token ? { 'X-Amz-Security-Token': token } : {}),
    'X-Amz-SignedHeaders': 'host',
  };
  for (const [name, value] of Object.entries(params)) signed.searchParams.set(name, value);
  const { signature } = sign(options, time, { host: signed.host }, [...signed.searchParams]);
  signed.searchParams.set('X-Amz-Signature', signature);
  return { url: signed.href, init: { method, ...(body === undefined ? {} : { body }), headers: {} } };
}
