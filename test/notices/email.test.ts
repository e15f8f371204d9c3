import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { moveAt } from '#support/move-at.ts';
import { arrive, facts } from '#support/relying-party.ts';
import { startService, type TestService } from '#support/service.ts';
import { type SmtpServer, smtpOf, startSmtpServer } from '#support/smtp.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';
import { noticeLineOf } from '#waiting-room/notice-requests.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import { relying_parties, SALE, shown } from '../oidc/waiting-page.ts';

const notify = { email: true, before: '5m' };
const rooms = [
  { ...SALE, notify, challenge: 'off' },
  { id: 'other', challenge: 'off' },
];
const ANN = 'ann@mail.example';

/** A header in encoded words (RFC 2047). */
const decoded = (header = '') =>
  Buffer.concat(
    [...header.matchAll(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi)].map(([, kind, text = '']) => {
      if (kind?.toUpperCase() === 'B') return Buffer.from(text, 'base64');
      const bytes = text
        .replaceAll('_', ' ')
        .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number(`0x${hex}`)));
      return Buffer.from(bytes, 'latin1');
    }),
  ).toString('utf8');

let smtp: SmtpServer;
beforeAll(async () => {
  smtp = await startSmtpServer();
});
afterAll(() => smtp?.close());

describe.each(STORES)('an e-mail ahead of the turn, on %s', (_name, open) => {
  let opened: OpenedStore;
  let service: TestService;
  const start = () => startService({ store: opened.store, rooms, relying_parties, smtp: smtpOf(smtp) });

  beforeEach(async () => {
    smtp.received.length = 0;
    smtp.answers.clear();
    opened = await open();
    service = await start();
  });
  afterEach(async () => {
    await service?.close();
    await opened?.close();
  });

  async function waiter(headers: Record<string, string> = {}) {
    const browser = createBrowser();
    const { page } = await arrive(browser, service.issuer);
    const show = (url = page) => browser.get(url, headers);
    const ask = async (email = ANN) => (await browser.post(page, { notice: 'email', email })).location;
    return { browser, page, show, ask };
  }
  const raise = async (by = 1) => {
    await service.waitingRoom.operations.raise('sale', by);
    service.waitingRoom.snapshots.expire('sale');
  };
  const recipients = () => smtp.received.flatMap(({ to }) => to);

  test('is sent once as the turn comes, and leads to the waiting page of the same browser', async () => {
    const { browser, page, show, ask } = await waiter();
    expect(shown((await show()).text)).toContain('E-mail me before my turn');
    const form = (await browser.post(page, { notice: 'form' })).location;
    expect(shown((await show(form)).text)).toContain('Your e-mail address');
    const answer = await ask();
    expect(answer).toBe(`${page}&anteroom_notice=kept`);
    expect(shown((await show(answer)).text)).toContain('We e-mail you before your turn.');
    await service.sendNotices();
    expect(smtp.received).toEqual([]);
    await raise();
    await service.sendNotices();
    await service.sendNotices();
    expect(recipients()).toEqual([ANN]);
    const [mail] = smtp.received;
    expect(mail).toMatchObject({
      from: 'line@shop.example',
      headers: {
        from: 'Spring sale <line@shop.example>',
        to: ANN,
        'auto-submitted': 'auto-generated',
      },
    });
    expect(decoded(mail?.headers.subject)).toBe('Your turn comes soon: Sale <b>&amp; "more"</b>');
    const text = mail?.text.replace(/=\r\n/g, '').replaceAll('=3D', '=') ?? '';
    expect(text).toContain(page);
    // Opening it makes present: it is the page that answers the facts.
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'served', number: 1 });
    const stranger = createBrowser();
    const elsewhere = await stranger.follow(page, service.issuer);
    expect(shown(elsewhere.text)).not.toContain('Your number 1 ');
  });

  test('is sent to nobody who took it back, left, or is inside', async () => {
    const [back, left, inside, stays] = [await waiter(), await waiter(), await waiter(), await waiter()];
    const all = [back, left, inside, stays];
    for (const [n, each] of all.entries()) await each.ask(`visitor-${n}@mail.example`);
    expect((await back.browser.post(back.page, { notice: 'forget' })).location).toBe(back.page);
    await left.browser.post(left.page, { leave: '1' });
    await raise(4);
    await inside.browser.post(inside.page);
    await service.sendNotices();
    expect(recipients()).toEqual(['visitor-3@mail.example']);
  });

  test('is forgotten as its visitor leaves by the tickets API', async () => {
    const api = `${service.issuer}/rooms/sale/tickets`;
    const { ticket: sealed } = (await (await fetch(api, { method: 'POST' })).json()) as { ticket: string };
    const ticket = service.waitingRoom.tickets.open(sealed, 'sale') as Ticket;
    const of = noticeLineOf(ticket);
    const { visitor, number } = ticket;
    await opened.store.notices.put(of, { visitor, number, sealed: 'sealed', notBefore: 0, attempts: 0 }, 10);
    await fetch(`${api}/self`, { method: 'DELETE', headers: { Authorization: `Bearer ${sealed}` } });
    expect(await opened.store.notices.take(of, 10, 10, service.time.now())).toEqual([]);
  });

  test('is asked for on a page that does not refresh itself, until another form is sent', async () => {
    const { browser, page, show } = await waiter();
    const refresh = /<meta http-equiv="refresh" content="\d+">/;
    expect((await show()).text).toMatch(refresh);
    expect((await show()).text).not.toContain('type="email"');
    const { location: form = '' } = await browser.post(page, { notice: 'form' });
    for (const each of [form, `${page}&anteroom_notice=refused`]) {
      const { text } = await show(each);
      expect(text).toContain('type="email"');
      expect(text).not.toMatch(refresh);
      expect(text).not.toContain(' 0 seconds');
      expect((await browser.post(each)).location).toBe(page);
    }
    expect((await show(`${page}&anteroom_notice=kept`)).text).toMatch(refresh);
    await service.waitingRoom.operations.putRoom({
      ...(await service.waitingRoom.operations.room('sale')),
      notify: null,
    });
    service.waitingRoom.snapshots.expire('sale');
    expect((await show(form)).text).toMatch(refresh);
  });

  test.each([{ leave: '1' }, { rejoin: '1' }])('has no mark in the address after %j', async (form) => {
    const { browser, page, ask } = await waiter();
    const kept = (await ask()) ?? '';
    expect((await browser.post(kept)).location).toBe(kept);
    expect((await browser.post(kept, { more_time: '1' })).location).toBe(kept);
    expect((await browser.post(kept, form)).location).toBe(page);
  });

  test('is sent ahead of the estimated turn, and to nobody whose turn is later', async () => {
    const [first, ...more] = [await waiter(), await waiter(), await waiter()];
    for (const each of [first, ...more]) await each?.show();
    await service.waitingRoom.flush();
    service.waitingRoom.snapshots.expire('sale');
    for (const [n, each] of [first, ...more].entries()) await each?.ask(`visitor-${n}@mail.example`);
    const snapshot = await service.waitingRoom.snapshots.get('sale');
    // A turn in four minutes: the third visitor's is at eight, at the earliest.
    Object.assign(snapshot, { speed: { low: 0.25, high: 0.25 } });
    await service.sendNotices();
    expect(recipients().toSorted()).toEqual(['visitor-0@mail.example', 'visitor-1@mail.example']);
  });

  const letIn = (perMinute: number) => moveAt(service, opened.store, { room: 'sale', perMinute });

  test('is on its way, as the page says once it was sent, and another one is offered if the turn moves away', async () => {
    const [{ show, page }, { browser, show: showSecond, ask }] = [await waiter(), await waiter()];
    // Both are present, so the second one's turn is a minute away, or ten.
    for (const each of [show, showSecond]) await each();
    await service.waitingRoom.flush();
    await letIn(0.1);
    const kept = (await ask()) ?? '';
    const progress = vi.spyOn(opened.store.notices, 'progress');
    expect(shown((await showSecond(kept)).text)).toContain('We e-mail you before your turn.');
    expect((await facts(browser, kept)).json()).toMatchObject({ notice: 'later' });
    expect(progress).not.toHaveBeenCalled();

    await letIn(10);
    await service.sendNotices();
    expect(recipients()).toEqual([ANN]);
    expect((await facts(browser, kept)).json()).toMatchObject({ notice: 'sent' });
    const sent = (await showSecond(kept)).location ?? '';
    expect(sent).toBe(kept.replace('=kept', '=sent'));
    expect(shown((await showSecond(sent)).text)).toContain('Our e-mail is on its way.');
    for (const words of ['We e-mail you before', 'E-mail me', 'Ask for another', 'Delete my address']) {
      expect(shown((await showSecond(sent)).text)).not.toContain(words);
    }
    // One that is asked for now would come at once.
    expect(shown((await show(page)).text)).not.toContain('E-mail me before my turn');

    await letIn(0.1);
    expect(shown((await showSecond(sent)).text)).toContain('your turn is further away again');
    expect((await facts(browser, sent)).json()).toMatchObject({ notice: 'early' });
    const form = (await browser.post(sent, { notice: 'form' })).location;
    expect(shown((await showSecond(form)).text)).toContain('Your e-mail address');
    progress.mockRestore();
  });

  test('may not arrive, as the page says after the mail server refused it, and can be asked for again', async () => {
    const { browser, show, ask } = await waiter();
    await show();
    await letIn(0.1);
    const kept = (await ask('nobody@mail.example')) ?? '';
    smtp.answers.set('RCPT TO', '550 no such user');
    await service.sendNotices();
    smtp.answers.clear();
    const failed = (await show(kept)).location ?? '';
    expect(failed).toBe(kept.replace('=kept', '=failed'));
    expect(shown((await show(failed)).text)).toContain('Our message may not reach you.');
    const form = (await browser.post(failed, { notice: 'form' })).location;
    expect(shown((await show(form)).text)).toContain('Your e-mail address');
    expect(await ask()).toBe(kept);
    expect((await facts(browser, kept)).json()).not.toMatchObject({ notice: 'failed' });
    await service.sendNotices();
    expect(recipients()).toEqual([ANN]);
  });

  test('is refused to what is no address, to a mailbox that gets several, and where the room offers none', async () => {
    const { ask, browser, page } = await waiter();
    const line = ['ann', 'a@b', 'ann@mail.example, bob@mail.example', 'ann@mail.example\r\nBcc: bob@mail.example', ''];
    for (const each of [...line, `${'a'.repeat(65)}@mail.example`, `a@${'b'.repeat(260)}.example`]) {
      expect(await ask(each), each).toBe(`${page}&anteroom_notice=refused`);
    }
    for (let n = 0; n < 3; n++) expect(await ask()).toContain('=kept');
    expect(await ask(ANN.toUpperCase())).toContain('=refused');
    expect(await ask('Ann+another@mail.example')).toContain('=refused');
    expect(await ask('+ann@mail.example')).toContain('=kept');
    expect(shown((await browser.get(`${page}&anteroom_notice=refused`)).text)).toContain('We cannot send a message');
    const other = createBrowser();
    const elsewhere = await arrive(other, service.issuer, { clientId: 'elsewhere' });
    expect(shown((await other.get(elsewhere.page)).text)).not.toContain('E-mail me');
    const answer = await other.post(elsewhere.page, { notice: 'email', email: 'bob@mail.example' });
    expect(answer.location).toContain('=refused');
  });

  test('is as long as the page that the service made, whatever was added to its address', async () => {
    const { browser, page } = await waiter();
    const long = `${page}&added=${'x'.repeat(9000)}`;
    expect((await browser.post(long, { notice: 'email', email: ANN })).location).toContain('=kept');
    const { view } = await service.waitingRoom.snapshots.get('sale');
    const of = { line: 'sale', incarnation: view.incarnation, generation: view.generation };
    const [notice] = await opened.store.notices.take(of, 10, 10, service.time.now());
    expect(notice?.sealed.length).toBeGreaterThan(page.length);
    expect(notice?.sealed.length).toBeLessThan(4000);
  });

  test('is kept sealed until it is sent, and is in no log', async () => {
    const { ask } = await waiter();
    await ask();
    const { view } = await service.waitingRoom.snapshots.get('sale');
    const of = { line: 'sale', incarnation: view.incarnation, generation: view.generation };
    const [notice] = await opened.store.notices.take(of, 10, 10, service.time.now());
    expect(JSON.stringify(notice)).not.toContain('ann');
    expect(service.logged.join('\n')).not.toContain('ann@');
    expect(service.logged.join('\n')).not.toContain('ann%40');
  });

  test.each(['offers none any more', 'is deleted'])('is forgotten if the room %s', async (what) => {
    const { operations, snapshots } = service.waitingRoom;
    const { ask } = await waiter();
    await ask();
    await service.sendNotices();
    const { view } = await snapshots.get('sale');
    const room = await operations.room('sale');
    if (what === 'is deleted') {
      await operations.deleteRelyingParty('shop');
      await operations.deleteRoom('sale');
    } else await operations.putRoom({ ...room, notify: null });
    await service.sendNotices();
    const of = { line: 'sale', incarnation: view.incarnation, generation: view.generation };
    expect(await opened.store.notices.take(of, 10, 10, service.time.now())).toEqual([]);
  });

  test('goes out later if the server has certainly not accepted it, and after a restart', async () => {
    const { ask } = await waiter();
    await ask();
    await raise();
    smtp.answers.set('RCPT TO', '451 later');
    await service.sendNotices();
    smtp.answers.set('greeting', null);
    service.time.pass(11_000);
    await service.sendNotices();
    smtp.answers.clear();
    service.time.pass(3000);
    const connections = smtp.connections();
    await service.sendNotices();
    expect(smtp.connections()).toBe(connections);
    await service.close();
    const { time } = service;
    service = await startService({ store: opened.store, time, relying_parties, smtp: smtpOf(smtp), rooms });
    service.time.pass(40_000);
    await service.sendNotices();
    expect(recipients()).toEqual([ANN]);
  });

  test.each([
    ['may have accepted it', '.', null],
    ['will not accept it', 'RCPT TO', '550 no such user'],
  ])('is not sent again if the server %s', async (_, command, answer) => {
    const { ask } = await waiter();
    await ask();
    await raise();
    smtp.answers.set(command, answer);
    await service.sendNotices();
    smtp.answers.clear();
    service.time.pass(120_000);
    await service.sendNotices();
    expect(smtp.received).toEqual([]);
    expect(service.logged.join('\n')).not.toContain('ann');
  });

  test('is sent by one of two processes', async () => {
    const waiters = await Promise.all(Array.from({ length: 12 }, () => waiter()));
    for (const [n, each] of waiters.entries()) await each.ask(`visitor-${n}@mail.example`);
    await raise(12);
    const second = await startService({ store: opened.store, time: service.time, smtp: smtpOf(smtp), rooms: [] });
    await Promise.all([service.sendNotices(), second.sendNotices(), service.sendNotices(), second.sendNotices()]);
    await second.close();
    expect(recipients().toSorted()).toEqual(waiters.map((__, n) => `visitor-${n}@mail.example`).toSorted());
  });

  test('is in the language of the page, and in its direction', async () => {
    const { browser, page } = await waiter();
    await browser.get(`${page}&lang=ar`);
    await browser.post(`${page}&lang=ar`, { notice: 'email', email: ANN });
    await raise();
    await service.sendNotices();
    const [mail] = smtp.received;
    expect(decoded(mail?.headers.subject)).toContain('اقترب دورك: \u2068Sale');
    const html = /Content-Type: text\/html[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(mail?.text ?? '')?.[1] ?? '';
    const encoded = /Content-Transfer-Encoding: base64/i.test(mail?.text ?? '')
      ? Buffer.from(html, 'base64').toString()
      : html;
    expect(encoded.replaceAll('=3D', '=')).toContain('dir="rtl"');
  });
});

test('a page that says what is stored names the address where the room sends e-mail', async () => {
  const [, open] = STORES[0];
  const opened = await open();
  const service = await startService({ store: opened.store, rooms, relying_parties, smtp: smtpOf(smtp) });
  const read = async (room: string) => (await createBrowser().get(`${service.issuer}/rooms/${room}/storage`)).text;
  expect(await read('sale')).toContain('your e-mail address is kept encrypted');
  expect(await read('sale')).not.toMatch(/nor your e-mail address|nothing else/);
  expect(await read('other')).not.toContain('your e-mail address is kept encrypted');
  await service.close();
  await opened.close();
});
