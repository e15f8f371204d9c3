/** A name or a number follows these segments. */
const COLLECTIONS: ReadonlySet<string> = new Set([
  'assets',
  'rooms',
  'relying-parties',
  'groups',
  'events',
  'draws',
  'visitors',
  'lanes',
  'rehearsal',
  'theme',
]);

/** The answers that a path which is no route's can have. */
const UNKNOWN: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 501]);

/**
 * The route of an answered request, with placeholders for names and numbers, such as `/rooms/{id}/status`. Null after a
 * status that made-up paths have too: strangers must not be able to make up routes.
 */
export function routeOf(method: string, path: string, status: number): string | null {
  // A preflight is answered before its path is looked at.
  if (UNKNOWN.has(status) || method === 'OPTIONS') return null;
  const segments = path.split('/');
  return segments.map((segment, n) => (COLLECTIONS.has(segments[n - 1] ?? '') ? '{id}' : segment)).join('/');
}
