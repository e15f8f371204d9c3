/** Which origins a room's passes are good at: those of its `return_urls`. */

/** Spellings of origins to keep the answers for, for each list. Others are parsed each time. */
const CAPACITY = 100;

interface Known {
  readonly origins: ReadonlySet<string>;
  /** By the origin as the proxy sent it. */
  readonly answers: Map<string, boolean>;
}

/** Kept as long as the settings that they were made of: URLs are expensive to parse, and every check asks. */
const known = new WeakMap<readonly string[], Known>();

/** Whether an origin, as a proxy spelled it, is that of one of the URLs. */
export function isHomeOrigin(origin: string, urls: readonly string[]): boolean {
  const { origins, answers } = knownOf(urls);
  const answer = answers.get(origin);
  if (answer !== undefined) return answer;
  const isHome = origins.has(URL.parse(origin)?.origin ?? '');
  if (answers.size < CAPACITY) answers.set(origin, isHome);
  return isHome;
}

function knownOf(urls: readonly string[]): Known {
  let found = known.get(urls);
  if (!found) {
    found = { origins: new Set(urls.map((url) => new URL(url).origin)), answers: new Map() };
    known.set(urls, found);
  }
  return found;
}
