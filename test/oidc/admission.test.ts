import * as client from 'openid-client';
import { beforeEach, expect, test } from 'vitest';
import { withoutPress } from '#pages/waiting/presses.ts';
import { createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { arrive, facts, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { arriveStored } from './stored-request.ts';
import { closeDoor, comeBack, ENDS, goIn, LIFETIME, numbersGiven, relying_parties, rooms } from './visit.ts';

onEachStore('an admission', { rooms, relying_parties }, (service) => {
  beforeEach(async () => {
    await service.restart();
    for (const room of ['sale', 'other']) await service.waitingRoom.operations.reset(room);
  });

  const exits = (sub: string, room = 'sale') =>
    service.waitingRoom.operations.exits(room, { exited: 0, completed: [sub], abandoned: [] });

  test('that expired leaves its session without rights: the visitor waits again, with a new number', async () => {
    const { browser } = await goIn(service);
    expect(browser.cookies.has('anteroom_session')).toBe(true);
    service.time.pass(LIFETIME);
    const { outcome, answer } = await comeBack(service, browser);
    expect(outcome).toBe('waits');
    expect((await facts(browser, answer.location)).json()).toMatchObject({ state: 'waiting', number: 2 });
  });

  test('with less than a second left is over, since no token could live', async () => {
    const { browser } = await goIn(service);
    service.time.pass(LIFETIME - 500);
    const { outcome } = await comeBack(service, browser);
    expect(outcome).toBe('waits');
  });

  test('that expired is not restored by the old waiting page', async () => {
    const browser = createBrowser();
    const { page } = await arrive(browser, service.issuer);
    await service.waitingRoom.operations.raise('sale', 1);
    const claimed = await browser.post(page);
    expect((await browser.follow(claimed.location, service.issuer)).location).toContain('code=');
    service.time.pass(LIFETIME);
    const replayed = await browser.post(page);
    expect(withoutPress(replayed.location)).toBe(page);
    const again = await browser.follow(claimed.location, service.issuer);
    expect(again.location).toBe('');
    expect(again.url).toContain('/rooms/sale/wait?');
  });

  test('that expired is not restored by resuming a stored request', async () => {
    const browser = createBrowser();
    const { page } = await arriveStored(browser, service);
    await service.waitingRoom.operations.raise('sale', 1);
    const resume = (await browser.post(page)).location;
    expect(resume).toMatch(`${service.issuer}/authorize/`);
    service.time.pass(LIFETIME);
    const resumed = await browser.get(resume);
    expect(resumed.location).toMatch('/rooms/sale/wait?');
    // The facts are from a snapshot, which is up to a second old.
    const stateOf = async () => (await facts(browser, resumed.location)).json().state;
    await expect.poll(stateOf).toBe('expired');
  });

  test('is not created by resuming a stored request that was never claimed', async () => {
    const browser = createBrowser();
    const { id } = await arriveStored(browser, service);
    const resumed = await browser.get(`${service.issuer}/authorize/${id}`);
    expect(resumed.location).toMatch('/rooms/sale/wait?');
    expect((await facts(browser, resumed.location)).json()).toMatchObject({ state: 'waiting', number: 1 });
    await service.waitingRoom.operations.raise('sale', 1);
    const claimed = await browser.post(resumed.location);
    expect((await browser.follow(claimed.location, service.issuer)).location).toContain('code=');
  });

  test('resumes once: the same resume URL again leads to a page that says so', async () => {
    const browser = createBrowser();
    const { page } = await arriveStored(browser, service);
    await service.waitingRoom.operations.raise('sale', 1);
    const resume = (await browser.post(page)).location;
    const cookies = new Map(browser.cookies);
    expect((await browser.get(resume)).location).toContain('code=');
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    const replayed = await browser.get(resume);
    expect([replayed.status, replayed.location]).toEqual([400, '']);
    expect(replayed.text).toContain('Something went wrong');
  });

  test('that expired makes its codes invalid', async () => {
    const { login, callback } = await goIn(service);
    service.time.pass(LIFETIME);
    await expect(login.exchange(callback)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('that the site ended makes its codes invalid', async () => {
    const [other, checked] = [await goIn(service), await goIn(service)];
    const sub = (await checked.login.exchange(checked.callback)).claims()?.sub ?? '';
    await exits(sub);
    const again = await comeBack(service, checked.browser);
    expect(again.outcome).toBe('waits');
    await expect(other.login.exchange(other.callback)).resolves.toHaveProperty('id_token');
  });

  test.each(ENDS)('that %s answers userinfo with 401', async (_how, end) => {
    const { login, callback } = await goIn(service);
    const tokens = await login.exchange(callback);
    const sub = tokens.claims()?.sub ?? '';
    await expect(client.fetchUserInfo(login.config, tokens.access_token, sub)).resolves.toMatchObject({ sub });
    await end(service, sub);
    const Authorization = `Bearer ${tokens.access_token}`;
    const answer = await fetch(`${service.issuer}/userinfo`, { headers: { Authorization } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
  });

  test('sets expires_in and exp to the time that is left of it', async () => {
    const { browser } = await goIn(service);
    service.time.pass(LIFETIME - 90_000);
    const { login, answer } = await comeBack(service, browser);
    const tokens = await login.exchange(answer.location);
    expect(tokens.expires_in).toBeGreaterThan(85);
    expect(tokens.expires_in).toBeLessThanOrEqual(90);
    const claims = tokens.claims();
    expect((claims?.exp ?? 0) - (claims?.iat ?? 0)).toBe(tokens.expires_in);
  });

  test('to one room gives no rights in another', async () => {
    const { browser } = await goIn(service);
    const { outcome } = await comeBack(service, browser, { clientId: 'elsewhere' });
    expect(outcome).toBe('waits');
    const silent = await comeBack(service, browser, { clientId: 'elsewhere', more: { prompt: 'none' } });
    expect(silent.params.get('error')).toBe('login_required');
    expect(await numbersGiven(service, 'other')).toBe(1);
  });

  test('is shared by the relying parties of its room, with the same sub and number', async () => {
    const first = await goIn(service);
    const second = await comeBack(service, first.browser, { clientId: 'kiosk' });
    expect(second.outcome).toBe('code');
    const [one, two] = [
      await first.login.exchange(first.callback),
      await second.login.exchange(second.answer.location),
    ];
    expect(two.claims()).toMatchObject({ sub: one.claims()?.sub, number: one.claims()?.number, aud: 'kiosk' });
    expect(await numbersGiven(service)).toBe(1);
  });

  test('lets the visitor log in at a relying party added a moment ago, until that one is deleted', async () => {
    const { browser } = await goIn(service);
    const unknown = await comeBack(service, browser, { clientId: 'late' });
    expect([unknown.outcome, unknown.answer.status]).toEqual(['page', 400]);

    await service.waitingRoom.operations.putRelyingParty({
      client_id: 'late',
      client_secret: SECRET,
      room: 'sale',
      profile: 'generic',
      redirect_uris: [REDIRECT_URI],
      post_logout_redirect_uris: [],
      login_window: 600_000,
      landing_url: null,
      initiate_login_uri: null,
    });
    service.time.pass(1_000);
    const added = await comeBack(service, browser, { clientId: 'late' });
    await expect(added.login.exchange(added.answer.location)).resolves.toHaveProperty('id_token');

    await service.waitingRoom.operations.deleteRelyingParty('late');
    service.time.pass(1_000);
    const deleted = await comeBack(service, browser, { clientId: 'late' });
    expect([deleted.outcome, deleted.answer.status]).toEqual(['page', 400]);
  });

  test('needs the new client secret as soon as the old one is replaced', async () => {
    const { login, callback } = await goIn(service);
    const party = await service.waitingRoom.operations.relyingParty('shop');
    await service.waitingRoom.operations.putRelyingParty({ ...party, client_secret: 'another secret of the shop' });
    service.time.pass(1_000);
    await expect(login.exchange(callback)).rejects.toMatchObject({ status: 401 });
  });

  test('to a deleted room does not exist, for prompt=none and for a logout', async () => {
    const { browser, login, callback } = await goIn(service);
    const { id_token = '' } = await login.exchange(callback);
    await service.waitingRoom.operations.deleteRoom('sale');
    service.time.pass(1_000);
    const { params } = await comeBack(service, browser, { more: { prompt: 'none' } });
    expect(params.get('error')).toBe('login_required');
    const page = await browser.get(`${service.issuer}/end-session?id_token_hint=${id_token}`);
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page.text) ?? [];
    const left = await browser.post(`${service.issuer}/end-session/confirm`, { xsrf, logout: 'yes' });
    expect(left.status).toBe(303);
  });

  test('to a deleted room is not created: the relying party gets temporarily_unavailable', async () => {
    const { browser } = await goIn(service, { clientId: 'elsewhere', room: 'other' });
    await closeDoor(service, 'other');
    await service.waitingRoom.operations.deleteRoom('other');
    service.time.pass(1_000);
    const { params } = await comeBack(service, browser, { clientId: 'elsewhere' });
    expect(params.get('error')).toBe('temporarily_unavailable');
  });
});
