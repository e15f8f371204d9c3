import { type Refusal, refuse } from './env.ts';

const PATH = /^https?:\/\/[^/\\]*(\/.*)?$/i;
const PART = /^[\w.~-]+$/;

/**
 * A URL without query and fragment (OpenID Connect Discovery 1.0 §3), and without a trailing slash, so that it has one
 * form. It may have a path, in characters that no browser and no proxy encodes or resolves.
 */
export function issuer(value: string): string | Refusal {
  const url = URL.parse(value);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return refuse('must be an http or https URL');
  if (/[?#]/.test(value)) return refuse('must have no query and no fragment');
  if (url.username !== '' || url.password !== '') return refuse('must have no user name and no password');
  if (value.endsWith('/')) return refuse('must not end with a slash');
  const fault = faultOfPath(PATH.exec(value)?.[1]);
  if (fault !== null) return refuse(fault);
  const canonical = url.href.replace(/\/$/, '');
  return value === canonical ? value : refuse(`must be written as ${canonical}`);
}

/** @param path begins with a slash; undefined for the root of a host. */
function faultOfPath(path: string | undefined): string | null {
  const parts = path?.slice(1).split('/') ?? [];
  if (parts.includes('')) return 'must have no empty part in its path: write / once';
  if (parts.includes('.') || parts.includes('..')) return 'must have no part . or .. in its path';
  if (!parts.every((part) => PART.test(part))) {
    return 'must have only letters, digits, -, ., _ and ~ in the parts of its path';
  }
  return null;
}
