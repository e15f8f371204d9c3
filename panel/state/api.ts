/** Calls of the admin API. Nothing here repeats a call by itself. */

import { signal } from '@preact/signals';
import { csrfHeaders, session } from './session.ts';
import { isKey, language, t } from './words.ts';

export interface Fault {
  readonly field: string;
  readonly message: string;
}

/** A refusal of the API: RFC 9457 problem details. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  /** What is wrong this time, in English. Empty where the code says it all. */
  readonly detail: string;
  readonly errors: readonly Fault[];

  constructor(status: number, { code = '', title = '', detail = '', errors = [] }: Partial<Problem>) {
    super(detail || title || t('problem.status', { status }));
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = errors;
  }
}

interface Problem {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly Fault[];
}

/** Why the operator does what the open dialog does. It goes with every change, for the audit log. */
export const reason = signal('');

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Answer<T> {
  readonly value: T;
  readonly etag: string | null;
}

/** Throws {@link Refused}, or what `fetch` throws if there is no connection. */
export async function call<T>(path: string, options: CallOptions = {}): Promise<Answer<T>> {
  const { method = 'GET', body, headers = {}, signal } = options;
  const answer = await fetch(`v1${path}`, {
    method,
    cache: 'no-store',
    headers: {
      'Accept-Language': language,
      ...csrfHeaders(),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(method === 'GET' ? {} : reasonHeader()),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  const value: unknown = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (answer.ok) return { value: value as T, etag: answer.headers.get('ETag') };
  if (answer.status === 401) session.value = null;
  throw new Refused(answer.status, (value ?? {}) as Partial<Problem>);
}

/** No header takes characters beyond Latin-1 as they are. A lone surrogate has no UTF-8. */
function reasonHeader(): Readonly<Record<string, string>> {
  const text = reason.value.replace(/\p{Cs}/gu, '').trim();
  return text === '' ? {} : { 'X-Anteroom-Reason': encodeURIComponent(text) };
}

/** A key that makes a repeat of the same press harmless. `crypto.randomUUID` needs https. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');

/** Words for the operator. `english` follows them, in what language they may be: the API alone has these words. */
export type Told = string | { readonly words: string; readonly english: string };

/** What went wrong, in words for the operator. */
export function wordsOf(error: unknown): Told {
  if (error instanceof Refused) {
    if (error.status === 401) return t('problem.signed_out');
    if (error.status === 412) return t('problem.changed');
    return refusalWords(error);
  }
  return t('problem.connection');
}

/** The API's English is more precise than what a code says, but only English. Faults of fields have no other words. */
function refusalWords({ code, detail, message, errors }: Refused): Told {
  const key = `problem.code.${code}`;
  const isKnown = isKey(key);
  if (language === 'en') return isKnown && detail === '' ? t(key) : message;
  if (!isKnown) return { words: '', english: message };
  return errors.length === 0 ? t(key) : { words: t(key), english: detail };
}
