/** Which language a page is shown in. The first wish that is offered wins; a page never fails for an unknown one. */
import type { IncomingHttpHeaders } from 'node:http';
import { cookieValue } from '#http/visitor-cookies.ts';
import { memoizeRecent } from '#waiting-room/memoize-recent.ts';

/** What a request says about languages. Node's `IncomingMessage` is one. */
export interface LanguageRequest {
  readonly url?: string | undefined;
  readonly headers: Pick<IncomingHttpHeaders, 'cookie' | 'accept-language'>;
}

export interface Offered {
  /** Codes of the languages to choose from, such as `de` or `zh-Hant`. */
  readonly codes: ReadonlySet<string>;
  readonly fallback: string;
}

/** The cookie that keeps the choice of the picker. It contains a code and nothing about the visitor. */
export const LANGUAGE_COOKIE = 'anteroom_lang';
/** How long it is kept, in seconds: a year. */
export const LANGUAGE_AGE = 365 * 24 * 60 * 60;

/** Codes that browsers send for languages whose locale has another one. */
const ALIASES: Readonly<Record<string, string>> = {
  'zh-tw': 'zh-hant',
  'zh-hk': 'zh-hant',
  'zh-mo': 'zh-hant',
  zh: 'zh-hans',
  no: 'nb',
  nn: 'nb',
  iw: 'he',
  in: 'id',
  tl: 'fil',
  pt: 'pt-br',
};

/** Requests name few languages; a longer list is not read to its end. */
const MOST_WISHES = 20;

/**
 * `?lang=` wins, then the picker's cookie, `ui_locales` (OpenID Connect Core §3.1.2.1) and Accept-Language (RFC 9110
 * §12.5.4). A wish also matches by its language without region (RFC 4647 §3.4).
 */
export function chooseLanguage(request: LanguageRequest, { codes, fallback }: Offered): string {
  const byLower = lowered(codes);
  for (const wish of wishesOf(request)) {
    const found = lookUp(wish.toLowerCase(), byLower);
    if (found) return found;
  }
  return fallback;
}

/** The one of these languages that a text in a language is best shown in; undefined if none matches. */
export const matchLanguage = (code: string, codes: ReadonlySet<string>): string | undefined =>
  lookUp(code.toLowerCase(), lowered(codes));

function* wishesOf({ url = '', headers }: LanguageRequest): Generator<string> {
  yield parameter(url, 'lang');
  yield cookieValue(headers.cookie, LANGUAGE_COOKIE) ?? '';
  yield* parameter(url, 'ui_locales').split(/%20|\+/, MOST_WISHES);
  const accepted = headers['accept-language'] ?? '';
  if (accepted !== '')
    yield* accepted.length > LONGEST_KEPT ? acceptedLanguages(accepted) : (recent.get(accepted) ?? []);
}

function parameter(url: string, name: string): string {
  const named = `${name}=`;
  let at = url.indexOf(named);
  while (at >= 0 && url[at - 1] !== '?' && url[at - 1] !== '&') at = url.indexOf(named, at + 1);
  return at < 0 ? '' : (/^[^&#]*/.exec(url.slice(at + named.length))?.[0] ?? '');
}

/** Most headers are one of a few, so they are read once. Characters of the longest that is kept. */
const LONGEST_KEPT = 200;
const recent = memoizeRecent(acceptedLanguages, 200);

/** By falling quality; those of quality 0 are not wanted. */
function acceptedLanguages(header: string): string[] {
  return header
    .split(',', MOST_WISHES)
    .map((entry) => {
      const [code = '', ...parameters] = entry.split(';').map((part) => part.trim());
      const quality = parameters.find((part) => part.startsWith('q='));
      return { code, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ code }) => code);
}

function lookUp(wish: string, byLower: ReadonlyMap<string, string>): string | undefined {
  for (let code = wish; code !== ''; code = code.slice(0, Math.max(0, code.lastIndexOf('-')))) {
    const found = byLower.get(code) ?? byLower.get(ALIASES[code] ?? '');
    if (found) return found;
  }
  return undefined;
}

const loweredOnce = new WeakMap<ReadonlySet<string>, ReadonlyMap<string, string>>();

function lowered(codes: ReadonlySet<string>): ReadonlyMap<string, string> {
  const known = loweredOnce.get(codes);
  if (known) return known;
  const made = new Map([...codes].map((code) => [code.toLowerCase(), code]));
  loweredOnce.set(codes, made);
  return made;
}
