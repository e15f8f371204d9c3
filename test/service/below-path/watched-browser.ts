/** A browser at a service below a path. It checks where each answer leads to. */
import type { Answer, Browser } from '#support/browser.ts';
import { createBrowser } from '#support/browser.ts';

export interface WatchedBrowser extends Browser {
  /** Addresses that answers led to although they are neither below the service's path nor at a known site. */
  readonly strays: readonly string[];
}

/** @param sites where answers may lead to besides the service: the beginnings of URLs. */
export function watchedBrowser(issuer: string, sites: readonly string[]): WatchedBrowser {
  const strays: string[] = [];
  const isFine = (url: string) => isBelow(issuer, url) || sites.some((site) => url.startsWith(site));
  const browser = createBrowser((answer, url) => {
    for (const reference of referencesOf(answer, url)) {
      if (!isFine(reference)) strays.push(`${url} leads to ${reference}`);
    }
    for (const cookie of answer.headers['set-cookie'] ?? []) {
      const fault = faultOfCookie(cookie, new URL(issuer).pathname);
      if (fault) strays.push(`${url} sets a cookie ${fault}: ${cookie}`);
    }
  });
  return { ...browser, strays };
}

export function isBelow(issuer: string, url: string): boolean {
  return url === issuer || url.startsWith(`${issuer}/`);
}

/** Where an answer leads to, as absolute URLs: redirects, reloads, links, assets, forms, what scripts fetch, endpoints. */
export function referencesOf({ headers, text, location }: Answer, url: string): string[] {
  const found = location === '' ? [] : [location];
  const [, reload] = /url=(.*)$/i.exec(String(headers.refresh ?? '')) ?? [];
  if (reload !== undefined) found.push(reload);
  const type = String(headers['content-type'] ?? '');
  if (type.startsWith('text/html')) {
    for (const [, value = ''] of text.matchAll(/\s(?:href|src|action|formaction|data-status)="([^"]*)"/g)) {
      found.push(value.replaceAll('&amp;', '&').replaceAll('&#34;', '"'));
    }
  } else if (/\bjson\b/.test(type)) {
    const { origin } = new URL(url);
    found.push(...strings(JSON.parse(text)).filter((value) => value.startsWith(`${origin}/`)));
  }
  return found.map((value) => new URL(value, url).href);
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

/** The site at the same host has cookies of its own, and its other hosts are none of ours. */
function faultOfCookie(cookie: string, path: string): string | null {
  if (!/^(?:__Host-)?anteroom_/.test(cookie)) return 'without our name';
  if (/; *domain=/i.test(cookie)) return 'for other hosts';
  const [, at = ''] = /; *path=([^;]*)/i.exec(cookie) ?? [];
  return at === '/' || at.startsWith(`${path}/`) ? null : 'at another path';
}
