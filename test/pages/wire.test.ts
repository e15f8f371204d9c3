import { brotliCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { relying_parties, rooms } from '../oidc/waiting-page.ts';

/** Bytes of the first view: the page and what it names, each compressed. */
const MOST = 15 * 1024;
const service = serviceOn(embeddedStore, { rooms, relying_parties });

test.each(['en', 'ar'])(
  'the first view of the waiting page in %s is at most 15 KB, of this host alone',
  async (lang) => {
    const browser = createBrowser();
    const { page } = await arrive(browser, service.issuer);
    const { text: html } = await browser.get(page, { 'Accept-Language': lang });
    expect(html).toContain(`<html lang="${lang}"`);
    const named = [...html.matchAll(/<(?:link|script|img)[^>]* (?:href|src)="([^"]+)"/g)].map(([, url = '']) => url);
    expect(named.length).toBeGreaterThan(2);
    const sizes: Record<string, number> = { page: brotliCompressSync(html).length };
    for (const url of named) {
      expect(url).toMatch(/^\/assets\/[\w-]+\.[0-9a-f]{12}\.\w+$/);
      const answer = await fetch(service.issuer + url, { headers: { 'Accept-Encoding': 'br' } });
      expect(answer.headers.get('Cache-Control')).toContain('immutable');
      const body = Buffer.from(await answer.arrayBuffer());
      // fetch has decoded it.
      sizes[url] = Number(answer.headers.get('Content-Length') ?? body.length);
      if (body.length > 1000) expect(answer.headers.get('Content-Encoding')).toBe('br');
      // What a script imports is another round of requests.
      if (url.endsWith('.js')) expect(body.toString()).not.toMatch(/^\s*import[\s{*]|import\(/m);
    }
    const sum = Object.values(sizes).reduce((total, size) => total + size, 0);
    expect(sum, JSON.stringify(sizes)).toBeLessThanOrEqual(MOST);
    if (process.env.SIZES) console.info(lang, sum, sizes);
  },
);
