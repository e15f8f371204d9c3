/**
 * Search engines whose crawlers can be told from impostors: the name of their address is in a domain of theirs, and
 * leads back to the address. What a crawler says of itself proves nothing.
 */
export const SEARCH_ENGINES = {
  // https://developers.google.com/crawling/docs/crawlers-fetchers/verify-google-requests
  google: { agent: /google/i, domains: ['googlebot.com', 'google.com', 'googleusercontent.com'] },
  // https://www.bing.com/webmasters/help/how-to-verify-bingbot-3905dc26
  bing: { agent: /bingbot|bingpreview|msnbot|adidxbot/i, domains: ['search.msn.com'] },
  // https://support.apple.com/en-us/119829
  apple: { agent: /applebot/i, domains: ['applebot.apple.com'] },
  // https://yandex.com/support/webmaster/robot-workings/check-yandex-robots.html
  yandex: { agent: /yandex/i, domains: ['yandex.ru', 'yandex.net', 'yandex.com'] },
  baidu: { agent: /baiduspider/i, domains: ['baidu.com', 'baidu.jp'] },
} as const satisfies Record<string, { readonly agent: RegExp; readonly domains: readonly string[] }>;

export type SearchEngine = keyof typeof SEARCH_ENGINES;

export const SEARCH_ENGINE_NAMES = Object.keys(SEARCH_ENGINES) as readonly SearchEngine[];

/** The search engine that a user agent names, or null. */
export function claimedEngine(userAgent: string): SearchEngine | null {
  return SEARCH_ENGINE_NAMES.find((name) => SEARCH_ENGINES[name].agent.test(userAgent)) ?? null;
}

/** Whether a host's name is in a domain of the search engine. */
export function isHostOf(engine: SearchEngine, hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  return SEARCH_ENGINES[engine].domains.some((domain) => name.endsWith(`.${domain}`));
}
