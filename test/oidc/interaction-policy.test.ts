import { expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { comeBack, goIn, numbersGiven, relying_parties, rooms } from './visit.ts';

const sub = (value: string) => JSON.stringify({ id_token: { sub: { value } } });
const essentialAcr = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:of:the:bank' } } });

onEachStore('what a relying party may request of the login', { rooms, relying_parties }, (service) => {
  test('prompt=none without an admission is login_required at the redirect URI, and takes no number', async () => {
    const before = await numbersGiven(service);
    const browser = createBrowser();
    const { outcome, params, login } = await comeBack(service, browser, { more: { prompt: 'none' } });
    expect(outcome).toBe('error');
    expect(params.get('error')).toBe('login_required');
    expect(params.get('state')).toBe(login.state);
    expect(params.get('iss')).toBe(service.issuer);
    expect(await numbersGiven(service)).toBe(before);
    expect([...browser.cookies.keys()].filter((name) => name.startsWith('anteroom_'))).toEqual([]);
  });

  test('prompt=none while waiting is login_required, and the place is kept', async () => {
    const browser = createBrowser();
    await comeBack(service, browser);
    const before = await numbersGiven(service);
    const { params } = await comeBack(service, browser, { more: { prompt: 'none' } });
    expect(params.get('error')).toBe('login_required');
    const again = await comeBack(service, browser);
    expect(again.outcome).toBe('waits');
    expect(await numbersGiven(service)).toBe(before);
  });

  test.each([
    ['prompt=none', { prompt: 'none' }],
    ['prompt=login', { prompt: 'login' }],
    ['prompt=consent', { prompt: 'consent' }],
    ['prompt=login consent', { prompt: 'login consent' }],
    ['max_age=0', { max_age: '0' }],
    ['max_age=0 with prompt=none', { max_age: '0', prompt: 'none' }],
    ['max_age=1', { max_age: '1' }],
  ])('admitted visitors pass at once with %s, and no number is taken', async (_asked, more) => {
    const { browser } = await goIn(service);
    const before = await numbersGiven(service);
    const { outcome, login, answer } = await comeBack(service, browser, { more });
    expect(outcome).toBe('code');
    await expect(login.exchange(answer.location)).resolves.toHaveProperty('id_token');
    expect(await numbersGiven(service)).toBe(before);
  });

  test.each([
    ['prompt=login', { prompt: 'login' }],
    ['prompt=consent', { prompt: 'consent' }],
    ['max_age=0', { max_age: '0' }],
  ])('a visitor with %s waits and is admitted like any other', async (_asked, more) => {
    const { login, callback } = await goIn(service, { more });
    await expect(login.exchange(callback)).resolves.toHaveProperty('id_token');
  });

  test('max_age adds auth_time, which is when the admission was looked up', async () => {
    const { browser } = await goIn(service);
    const { login, answer } = await comeBack(service, browser, { more: { max_age: '0' } });
    const claims = (await login.exchange(answer.location)).claims();
    expect(Math.abs((claims?.auth_time ?? 0) - Date.now() / 1000)).toBeLessThan(5);
  });

  test('an id_token_hint of the same visitor passes; of another one it is login_required', async () => {
    const [mine, theirs] = [await goIn(service), await goIn(service)];
    const [own, foreign] = [await mine.login.exchange(mine.callback), await theirs.login.exchange(theirs.callback)];
    const passed = await comeBack(service, mine.browser, { more: { id_token_hint: own.id_token ?? '' } });
    expect(passed.outcome).toBe('code');
    const refused = await comeBack(service, mine.browser, { more: { id_token_hint: foreign.id_token ?? '' } });
    expect(refused.outcome).toBe('error');
    expect(refused.params.get('error')).toBe('login_required');
    expect(refused.params.get('state')).toBe(refused.login.state);
  });

  test('an id_token_hint of another issuer is invalid_request, and takes no number', async () => {
    const before = await numbersGiven(service);
    const { params } = await comeBack(service, createBrowser(), { more: { id_token_hint: 'made.up.token' } });
    expect(params.get('error')).toBe('invalid_request');
    expect(await numbersGiven(service)).toBe(before);
  });

  test('a claims request for a sub passes for that sub, and is login_required for another', async () => {
    const { browser, login, callback } = await goIn(service);
    const own = (await login.exchange(callback)).claims()?.sub ?? '';
    expect((await comeBack(service, browser, { more: { claims: sub(own) } })).outcome).toBe('code');
    const refused = await comeBack(service, browser, { more: { claims: sub('somebody else') } });
    expect(refused.params.get('error')).toBe('login_required');
  });

  test('a claim can be requested by name without its scope', async () => {
    const claims = JSON.stringify({ id_token: { email: null }, userinfo: { email: { essential: true } } });
    const { login, callback } = await goIn(service, { more: { claims } });
    expect((await login.exchange(callback)).claims()?.email).toMatch(/^[\w-]+@127\.0\.0\.1$/);
  });

  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['a claim by what is no object', sub('').replace(/\{"value":""\}/, '"x"')],
    ['a claim by a list', JSON.stringify({ id_token: { acr: [] } })],
  ])('a claims request that is %s is invalid_request, and takes no number', async (_what, claims) => {
    const before = await numbersGiven(service);
    const { params } = await comeBack(service, createBrowser(), { more: { claims } });
    expect(params.get('error')).toBe('invalid_request');
    expect(await numbersGiven(service)).toBe(before);
  });

  test('an unsupported essential acr is login_required, and does not make admitted visitors wait', async () => {
    const { browser } = await goIn(service);
    const refused = await comeBack(service, browser, { more: { claims: essentialAcr } });
    expect(refused.outcome).toBe('error');
    expect(refused.params.get('error')).toBe('login_required');
  });
});
