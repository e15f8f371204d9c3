import type { IncomingMessage } from 'node:http';

/** In characters. Proxies and balancers accept no more, and a long authorization request takes space in the store. */
const LONGEST = 16 * 1024;

/**
 * Makes the target of a request a path with a query. A proxy's absolute form (RFC 9112 §3.2.2) loses its origin, so that
 * no answer repeats a foreign host. Returns what is wrong with a target that cannot be used, null for any other.
 */
export function normalizeTarget(req: IncomingMessage): string | null {
  const target = req.url ?? '';
  if (target.length > LONGEST) return `The request target must have at most ${LONGEST} characters.`;
  if (target.startsWith('/') || (target === '*' && req.method === 'OPTIONS')) return null;
  const url = /^https?:\/\//i.test(target) ? URL.parse(target) : null;
  if (!url) return 'The request target must be a path.';
  req.url = `${url.pathname}${url.search}`;
  return null;
}
