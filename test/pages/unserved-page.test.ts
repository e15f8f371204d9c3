import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createCompressText } from '#pages/gzip-parts.ts';
import { createPages } from '#pages/index.ts';
import { createLocales } from '#pages/locale/index.ts';
import { cutPage, type PageValues, pieceKey } from '#pages/waiting/page-fragments.ts';
import { createWaitingViews, NO_NOTICES } from '#pages/waiting/waiting-views.ts';
import { type Answer, createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import type { Facts } from '#waiting-room/facts.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

const ROOT = join(import.meta.dirname, '../..');
const pages = createPages({
  folder: join(ROOT, 'views'),
  locales: createLocales(join(ROOT, 'locales')),
  asset: (name) => `/assets/${name}`,
});
const { waitingData } = createWaitingViews(pages.page, { pathOf: (route) => route }, NO_NOTICES);

const compress = createCompressText();

const TICKET: Ticket = {
  ...{ room: 'sale', incarnation: 'AAAAAAAAAAA', generation: 1, number: 5, entry: null },
  ...{ visitor: 'visitor', joinedAt: 0, predicted: null, standing: 'proven' },
};
const FACTS: Facts = {
  ...{ state: 'waiting', room: 'sale', number: 5, serving: 1, people_ahead: 3, estimated_wait: null, proven: true },
  ...{ poll_after: 2, heartbeat_after: 30, message: '<b>1,234</b> & 12', updated_at: '2026-11-24T10:12:34.000Z' },
};

const pageOf = (language: string, { number, code, ahead, atJoin, estimate }: PageValues, facts = FACTS) =>
  pages.page(
    { url: `/rooms/sale/wait?lang=${language}`, headers: {} },
    'waiting',
    waitingData(
      null,
      TICKET,
      {
        ...{ ...facts, number, people_ahead: ahead, estimated_wait: estimate },
        ...(atJoin > 0 ? { people_ahead_at_join: atJoin } : {}),
        ...(code === null ? {} : { support_code: code }),
      },
      'shop.example',
      null,
    ),
  );

/** Values that are 0, one digit, and grouped, and that occur elsewhere on the page. */
const VALUES: readonly PageValues[] = [0, 1, 3, 1_234, 12_345_678].flatMap((ahead) =>
  [0, 1, 17, 2_345].flatMap((atJoin) =>
    [null, { low: 0, high: 59 }, { low: 60, high: 60 }, { low: 3_600, high: 90_000 }].map((estimate) => ({
      ...{ number: ahead + 12, code: ahead === 1 ? null : `K7Q${(ahead % 7) + 2}`, ahead, atJoin, estimate },
    })),
  ),
);

describe('the page of an unserved visitor from pieces', () => {
  const languages = ['en', 'de', 'fr', 'es', 'ar', 'fa', 'bn', 'hi', 'th', 'ja', 'he', 'pl'];

  test.each(languages)('is that of the views, in %s', (language) => {
    const { formats } = pages.localeOf({ url: `/?lang=${language}`, headers: {} });
    for (const [key, alike] of Map.groupBy(VALUES, pieceKey)) {
      const [kind] = alike;
      const cut = kind && cutPage((probe) => pageOf(language, probe), kind, formats, compress);
      if (!cut) throw new Error(`a page of the kind "${key}" cannot be cut`);
      for (const values of alike) {
        expect(Buffer.from(cut.fill(values), 'latin1').toString()).toBe(pageOf(language, values));
        expect(gunzipSync(Buffer.from(cut.fillGzip(values), 'latin1')).toString()).toBe(pageOf(language, values));
      }
    }
  });

  test('is not made where a view shows a value in a way that the pieces do not know', () => {
    const { formats } = pages.localeOf({ headers: {} });
    const kind = { number: 9, code: null, ahead: 3, atJoin: 0, estimate: null };
    expect(cutPage(({ number }) => `<p>${number}</p>`, kind, formats, compress)?.fill(kind)).toBe('<p>9</p>');
    expect(cutPage(({ number }) => `<p>${number + 1}</p>`, kind, formats, compress)).toBeNull();
    expect(cutPage(({ number }) => (number > 5_000 ? 'late' : 'early'), kind, formats, compress)).toBeNull();
  });
});

/** What comes over the wire. */
function getBytes(url: string, headers: Record<string, string>) {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    const received = async (res: IncomingMessage) => {
      const chunks: Buffer[] = [];
      for await (const chunk of res) chunks.push(chunk as Buffer);
      resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) });
    };
    request(url, { headers: { ...headers, Accept: 'text/html' } }, received)
      .on('error', reject)
      .end();
  });
}

describe('the waiting page', () => {
  let at = 1_800_000_000_000;
  const time = {
    now: () => at,
    pass: (milliseconds: number) => {
      at += milliseconds;
    },
  };
  const service = serviceOn(() => embeddedStore(time.now), {
    rooms: [{ id: 'sale', title: 'Sale <b>&amp; "more"</b>', limits: { joins_per_address: '1000/1m' } }],
    relying_parties: [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }],
    time,
  });
  const withoutDate = ({ status, headers: { date: _, connection: __, ...headers }, text }: Answer) => ({
    ...{ status, headers, text },
  });

  test('is the same, with the same headers, from the views and from pieces', async () => {
    const browsers = [];
    for (let i = 0; i < 4; i++) {
      const browser = createBrowser();
      const { page } = await arrive(browser, service.issuer);
      browsers.push({ browser, page });
    }
    time.pass(1_100);
    for (const headers of [{}, { 'Accept-Language': 'fa' }] as Record<string, string>[]) {
      for (const { browser, page } of browsers) {
        const answers = [];
        for (let i = 0; i < 5; i++) answers.push(withoutDate(await browser.get(page, headers)));
        for (const answer of answers) expect(answer).toEqual(answers[0]);
      }
    }
    const [first, last] = [browsers[0], browsers.at(-1)];
    expect((await first?.browser.get(first.page))?.text).toContain('data-number="1"');
    expect((await last?.browser.get(last.page))?.text).toContain('data-number="4"');
  });

  test.each<[accepted: string | undefined, coding: string | null]>([
    ['gzip, deflate, br, zstd', 'gzip'],
    ['*', 'gzip'],
    ['br, gzip;q=0', null],
    ['identity', null],
    [undefined, null],
  ])('of pieces is compressed for browsers that accept it: Accept-Encoding %s', async (accepted, coding) => {
    const browser = createBrowser();
    const { page } = await arrive(browser, service.issuer);
    for (let i = 0; i < 4; i++) await browser.get(page);
    const plain = (await browser.get(page)).text;
    const cookies = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { Cookie: cookies, ...(accepted ? { 'Accept-Encoding': accepted } : {}) };
    const { status, headers: answered, body } = await getBytes(page, headers);
    expect([status, answered['content-encoding'] ?? null]).toEqual([200, coding]);
    expect(Number(answered['content-length'])).toBe(body.length);
    expect((coding === null ? body : gunzipSync(body)).toString()).toBe(plain);
    if (coding) expect(body.length).toBeLessThan(plain.length * 0.6);
  });

  test('of pieces keeps its visitor present, and says when the turn has come', async () => {
    const browser = createBrowser();
    const { page } = await arrive(browser, service.issuer);
    for (let i = 0; i < 6; i++) {
      time.pass(100_000);
      for (let j = 0; j < 4; j++) expect((await browser.get(page)).text).toContain('data-state="waiting"');
      await service.waitingRoom.flush();
    }
    expect((await service.waitingRoom.operations.counters('sale')).present).toBeGreaterThan(0);
    await service.waitingRoom.operations.raise('sale', 1_000);
    expect((await browser.get(page)).text).toContain('data-state="served"');
  });
});
