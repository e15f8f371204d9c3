/** Which of the two things that an address can show an `Accept` header prefers: a page or JSON (RFC 9110 §12.5.1). */
import { memoizeRecent } from '#waiting-room/memoize-recent.ts';

interface Preference {
  /** From 0, not acceptable, to 1. */
  readonly quality: number;
  /** How exactly the type is named: 2 as itself, 1 as `text/*`, 0 as any type, -1 not at all. */
  readonly precision: number;
}

const NOT_NAMED: Preference = { quality: 0, precision: -1 };

/** Browsers send a few headers, all the time. Those of others are read each time if they are longer, in characters. */
const RECENT = 100;
const LONGEST_KEPT = 300;

/** Whether JSON is preferred to HTML. A type named as itself beats a wildcard of the same quality; else HTML wins. */
export function prefersJson(accept: string | undefined): boolean {
  // What nearly all requests for JSON send, such as the page's polls.
  if (accept === 'application/json') return true;
  if (!accept) return false;
  return (accept.length > LONGEST_KEPT ? readsJson(accept) : recent.get(accept)) ?? false;
}

const recent = memoizeRecent(readsJson, RECENT);

function readsJson(accept: string): boolean {
  const json = preferenceFor('application', 'json', accept);
  const html = preferenceFor('text', 'html', accept);
  if (json.quality !== html.quality) return json.quality > html.quality;
  return json.quality > 0 && json.precision > html.precision;
}

/** Whether HTML is acceptable and named, which browsers do for navigations only. */
export function namesHtml(accept: string | undefined): boolean {
  const { quality, precision } = preferenceFor('text', 'html', accept ?? '');
  return quality > 0 && precision > 0;
}

/** What the most precise range that matches a media type says about it. */
function preferenceFor(type: string, subtype: string, accept: string): Preference {
  let best = NOT_NAMED;
  for (const range of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
    const precision = [`*/*`, `${type}/*`, `${type}/${subtype}`].indexOf(name);
    if (precision > best.precision) best = { quality: qualityOf(parameters), precision };
  }
  return best;
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = given === undefined ? 1 : Number(given.slice(2));
  return quality >= 0 && quality <= 1 ? quality : 0;
}
