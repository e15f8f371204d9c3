import type { IncomingMessage } from 'node:http';

/**
 * Makes the target of a request a path with a query. A proxy's absolute form (RFC 9112 §3.2.2) loses its origin, so that
 * no answer repeats a foreign host. Returns false for a target that names no path.
 */
export function normalizeTarget(req: IncomingMessage): boolean {
  const target = req.url ?? '';
  if (target.startsWith('/')) return true;
  if (target === '*') return req.method === 'OPTIONS';
  const url = /^https?:\/\//i.test(target) ? URL.parse(target) : null;
  if (!url) return false;
  req.url = `${url.pathname}${url.search}`;
  return true;
}
