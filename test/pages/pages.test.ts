import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Koa from 'koa';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAssets } from '#http/assets.ts';
import { createPublicUrls } from '#http/public-urls.ts';
import { createLocales } from '#pages/locale/index.ts';
import { createViews } from '#pages/views.ts';
import type { Listening } from '#support/listen.ts';
import { listen } from '#support/listen.ts';

const locales = createLocales(join(import.meta.dirname, '../../locales'));
let folder: string;
let running: Listening | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anteroom-pages-'));
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  await rm(folder, { recursive: true });
});

const file = (name: string, text: string) => writeFile(join(folder, name), text);

describe('views', () => {
  test('escape their data, appear inside the layout, and get the shared data', async () => {
    await file('layout.ejs', '<title><%= title %></title><%- content %>');
    await file('hello.ejs', '<p><%= name %> <%= asset("a.css") %></p>');
    const views = createViews({ folder, locales, shared: { asset: (name: string) => `/assets/${name}` } });
    expect(views.page({ headers: {} }, 'hello', { title: '<b>', name: '"><script>' })).toBe(
      '<title>&lt;b&gt;</title><p>&#34;&gt;&lt;script&gt; /assets/a.css</p>',
    );
    expect(views.render('hello', { name: 'you' })).toBe('<p>you /assets/a.css</p>');
  });

  test('are read from disk once', async () => {
    await file('hello.ejs', 'first');
    const views = createViews({ folder, locales });
    views.render('hello');
    await file('hello.ejs', 'second');
    expect(views.render('hello')).toBe('first');
  });
});

describe('assets', () => {
  const urls = createPublicUrls('https://line.example');

  async function serve() {
    const assets = createAssets({ folder, urls });
    running = await listen(new Koa().use(assets.middleware));
    return { url: running.url, assets };
  }

  test('are immutable at a URL that changes with their content', async () => {
    await file('style.css', 'a{}');
    const { url, assets } = await serve();
    const address = assets.url('style.css');
    expect(address).toMatch(/^\/assets\/style\.[0-9a-f]{12}\.css$/);
    const answer = await request(url).get(address).expect(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(answer.text).toBe('a{}');

    await file('style.css', 'b{}');
    expect(createAssets({ folder, urls }).url('style.css')).not.toBe(address);
  });

  test('are revalidated at their plain name, and not sent again if unchanged', async () => {
    await file('icon.svg', '<svg/>');
    const { url } = await serve();
    const first = await request(url).get('/assets/icon.svg').expect(200);
    expect(first.headers['cache-control']).toBe('no-cache');
    await request(url)
      .get('/assets/icon.svg')
      .set('If-None-Match', first.headers.etag ?? '')
      .expect(304);
    await request(url).head('/assets/icon.svg').expect(200);
  });

  test('are compressed for those who accept it, each form with its own tag', async () => {
    await file('style.css', 'a { color: red }\n'.repeat(100));
    await file('small.css', 'a{}');
    const { url, assets } = await serve();
    const ask = (name: string, coding: string) =>
      request(url).get(assets.url(name)).set('Accept-Encoding', coding).expect(200);
    const tags = new Set<string | undefined>();
    for (const [accepted, coding] of [
      ['br, gzip', 'br'],
      ['gzip, deflate', 'gzip'],
      ['br;q=0, *', 'gzip'],
      ['identity', undefined],
    ] as const) {
      const answer = await ask('style.css', accepted);
      expect(answer.headers['content-encoding']).toBe(coding);
      expect(answer.headers.vary).toBe('Accept-Encoding');
      tags.add(answer.headers.etag);
    }
    expect(tags.size).toBe(3);
    expect((await ask('small.css', 'br')).headers).not.toHaveProperty('content-encoding');
  });

  test('are the files of the folder and nothing else', async () => {
    await file('style.css', 'a{}');
    await file('notes.txt', 'not for the web');
    const { url, assets } = await serve();
    for (const path of ['/assets/notes.txt', '/assets/../package.json', '/assets/%2e%2e/package.json', '/assets/']) {
      await request(url).get(path).expect(404);
    }
    await request(url).post('/assets/style.css').expect(404);
    expect(() => assets.url('none.css')).toThrow('none.css');
  });
});
