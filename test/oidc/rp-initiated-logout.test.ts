import { beforeEach, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { comeBack, goIn, relying_parties, rooms } from './visit.ts';

const AFTER = 'http://127.0.0.1:9/bye';
const parties = relying_parties.map((party) => ({ ...party, post_logout_redirect_uris: [AFTER] }));

const unescaped = (html: string) =>
  html.replace(/&(amp|lt|gt|#34|#39|quot);/g, (_, name: string) => {
    return { amp: '&', lt: '<', gt: '>', '#34': '"', '#39': "'", quot: '"' }[name] ?? '';
  });

onEachStore('logging out', { rooms, relying_parties: parties }, (service) => {
  let browser: Browser;

  beforeEach(async () => {
    await service.waitingRoom.operations.reset('sale');
    browser = createBrowser();
  });

  /** The confirmation page that the relying party sends the visitor to. */
  async function ask(idToken: string | undefined, more: Record<string, string> = {}) {
    const query = new URLSearchParams({
      ...(idToken === undefined ? {} : { id_token_hint: idToken }),
      post_logout_redirect_uri: AFTER,
      state: 'bye',
      ...more,
    });
    const page = await browser.get(`${service.issuer}/end-session?${query}`);
    const [, action = ''] = /action="([^"]+)"/.exec(page.text) ?? [];
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page.text) ?? [];
    const [, state] = /name="state" value="([^"]*)"/.exec(page.text) ?? [];
    const hidden = { xsrf, ...(state === undefined ? {} : { state: unescaped(state) }) };
    return { page, answer: (form: Record<string, string>) => browser.post(action, { ...hidden, ...form }) };
  }

  async function inside() {
    const { login, callback } = await goIn(service, { browser });
    return login.exchange(callback);
  }

  test('asks for confirmation, then ends the admission, frees the place and returns to the relying party', async () => {
    const { id_token } = await inside();
    const { page, answer } = await ask(id_token);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Leave and give up your place?')]);
    expect(await service.waitingRoom.operations.counters('sale')).toMatchObject({ active: 1 });

    const left = await answer({ logout: 'yes' });
    expect([left.status, left.location]).toEqual([303, `${AFTER}?state=bye`]);
    expect(await service.waitingRoom.operations.counters('sale')).toMatchObject({ active: 0, completed: 1 });
    expect((await comeBack(service, browser)).outcome).toBe('waits');
  });

  test.each([
    ['one relying party', ['shop']],
    ['two relying parties', ['shop', 'kiosk']],
  ])('can be cancelled: a visitor inside at %s who stays keeps the admission', async (_what, clients) => {
    const { id_token } = await inside();
    for (const clientId of clients) await comeBack(service, browser, { clientId });
    const { answer } = await ask(id_token);
    const stayed = await answer({});
    expect([stayed.status, stayed.location]).toEqual([303, `${AFTER}?state=bye`]);
    expect(await service.waitingRoom.operations.counters('sale')).toMatchObject({ active: 1, completed: 0 });
    expect((await comeBack(service, browser)).outcome).toBe('code');
  });

  test('may be requested by a POST', async () => {
    const { id_token = '' } = await inside();
    const sent = { id_token_hint: id_token, post_logout_redirect_uri: AFTER, state: 'bye' };
    const { status, location } = await createBrowser().post(`${service.issuer}/end-session`, sent);
    expect(status).toBe(303);
    expect((await browser.get(location)).text).toContain('Leave and give up your place?');
  });

  test("ends nothing for another site's form, which has no xsrf value", async () => {
    await inside();
    const { status } = await browser.post(`${service.issuer}/end-session/confirm`, { xsrf: 'guessed', logout: 'yes' });
    expect(status).toBe(400);
    expect(await service.waitingRoom.operations.counters('sale')).toMatchObject({ active: 1 });
  });

  test.each([
    ['a long', 'a'.repeat(9_000)],
    ['a strange', '<b>"&\'</b> ?#=ä'],
  ])('returns %s state as it was sent, and keeps none of it in the session', async (_what, state) => {
    const { id_token } = await inside();
    const { answer } = await ask(id_token, { state });
    const id = browser.cookies.get('anteroom_session') ?? '';
    expect((await service.store.oidcRecords.find('Session', id))?.state).toEqual({
      secret: expect.any(String),
      clientId: 'shop',
      postLogoutRedirectUri: AFTER,
    });
    const { searchParams } = new URL((await answer({ logout: 'yes' })).location);
    expect(searchParams.get('state')).toBe(state);
  });

  test('never redirects to an address that is not registered', async () => {
    const { id_token } = await inside();
    const { page } = await ask(id_token, { post_logout_redirect_uri: 'https://evil.example/' });
    expect([page.status, page.location]).toEqual([400, '']);
  });

  test('without a session ends at a page or the relying party, not at an error', async () => {
    const { page } = await ask(undefined, { client_id: 'shop' });
    expect([page.status, page.location]).toEqual([303, `${AFTER}?state=bye`]);
    const own = await browser.get(`${service.issuer}/end-session`);
    expect((await browser.follow(own.location, service.issuer)).status).toBe(200);
  });

  test('without a redirect URI ends at our own page', async () => {
    await inside();
    const { answer } = await ask(undefined, { post_logout_redirect_uri: '' });
    const last = await browser.follow((await answer({ logout: 'yes' })).location, service.issuer);
    expect([last.status, last.url]).toEqual([200, `${service.issuer}/end-session/success`]);
    expect(await service.waitingRoom.operations.counters('sale')).toMatchObject({ active: 0, completed: 1 });
  });
});
