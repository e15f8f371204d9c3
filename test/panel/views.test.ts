import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AdminServer, OPERATORS_TOKEN, startAdmin, VIEWERS_TOKEN } from '#support/admin.ts';
import { launchChromium } from '#support/chromium.ts';
import { openPanel, type Panel, press, show, signIn } from './panel.ts';

let browser: Browser;
let admin: AdminServer;
let panel: Panel;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  admin = await startAdmin();
  await admin.as('put', '/rooms/sale').send({ title: 'Sale' }).expect(201);
  panel = await openPanel(browser, admin);
  panel.page.setDefaultTimeout(10_000);
});
afterEach(async () => {
  expect(panel.complaints).toEqual([]);
  for (const context of browser.contexts()) await context.close();
  await admin.close();
});

const status = (text: string | RegExp) => panel.page.getByRole('status').filter({ hasText: text }).waitFor();
const buttons = () => panel.page.locator('main').getByRole('button').allTextContents();

async function open(hash: string, token?: string) {
  await signIn(panel.page, token);
  await show(panel.page, hash);
}

describe('an address', () => {
  const heading = () => panel.page.locator('main h1');

  test.each(['#/nonsense', '#/rooms/nobody/now'])('that leads to nothing says so: %s', async (hash) => {
    await panel.page.clock.install();
    await open(hash);
    await panel.page.getByRole('link', { name: 'To the rooms' }).waitFor();
    expect(await heading().count()).toBe(1);
    expect(await panel.page.locator('main nav').count()).toBe(0);
    const asked: string[] = [];
    panel.page.on('request', (sent) => asked.push(sent.url()));
    await panel.page.clock.runFor(60_000);
    expect(asked).toEqual([]);
  });

  test('of no part of a room shows what happens there now', async () => {
    await open('#/rooms/sale/nonsense');
    await panel.page.getByText('Nothing has happened since you opened this page.').waitFor();
    expect(await panel.page.locator('.tabs [aria-current]').textContent()).toBe('Now');
  });

  test.each([
    ['#/rooms', 'Rooms · Anteroom'],
    ['#/rooms/sale', 'Now · Sale · Anteroom'],
    ['#/rooms/sale/events', 'Events · Sale · Anteroom'],
    ['#/keys', 'Keys · Anteroom'],
    ['#/nonsense', 'Nothing here · Anteroom'],
  ])('%s names its page “%s”', async (hash, title) => {
    await open(hash);
    await expect.poll(() => panel.page.title()).toBe(title);
  });
});

test('times of the audit log have seconds, and look as they do where the operator is', async () => {
  const british = await openPanel(browser, admin, { locale: 'en-GB', timezoneId: 'UTC' });
  await signIn(british.page);
  await show(british.page, '#/audit');
  expect(await british.page.locator('time').first().textContent()).toMatch(/^\d+ \w+ \d{4}, \d\d:\d\d:\d\d$/);
});

describe('preflight', () => {
  const items = () => panel.page.locator('.checks li').allTextContents();

  const check = (check: string, result: string, words: string) => ({ check, result, words });

  test('shows what needs a hand first, and sees that it was put right', async () => {
    const found = [
      [check('issuer', 'pass', 'A.'), check('clocks', 'fail', 'B.'), check('room', 'warn', 'C.')],
      [check('issuer', 'pass', 'A.'), check('clocks', 'pass', 'D.')],
    ];
    await panel.page.route('**/preflight', (route) =>
      route.fulfill({ json: { room: 'sale', result: found.length > 1 ? 'fail' : 'pass', checks: found.shift() } }),
    );
    await open('#/rooms/sale/preflight', VIEWERS_TOKEN);
    await status('1 problem and 1 warning.');
    expect(await items()).toEqual(['ProblemClocks B.', 'WarningRoom C.', 'FinePublic URL A.']);
    await press(panel.page, 'Check again');
    await status('No problems found.');
    expect(await items()).toEqual(['FinePublic URL A.', 'FineClocks D.']);
  });

  test('shows what the service finds', async () => {
    await open('#/rooms/sale/preflight', VIEWERS_TOKEN);
    await panel.page.getByText('There is no size').waitFor();
  });
});

describe('what the service finds is in German for a German operator:', () => {
  test.each<[of: string, hash: string, words: string, press?: string, fill?: string]>([
    ['the preflight', '#/rooms/sale/preflight', 'Es gibt keine Größe'],
    ['a visitor', '#/rooms/sale/support', 'Nummer 7 wurde in diesem Raum nicht vergeben.', 'Nachsehen', '7'],
    ['warnings of a relying party', '#/relying-parties', 'client_secret ist nicht gesetzt'],
    ['a test of a relying party', '#/relying-parties', 'landing_url ist nicht gesetzt, also', 'shop testen'],
  ])('%s', async (_, hash, words, name, fill) => {
    const redirect_uris = ['https://127.0.0.1:9/oauth2/idpresponse'];
    await admin.as('put', '/relying-parties/shop').send({ room: 'sale', profile: 'alb', redirect_uris }).expect(201);
    const german = await openPanel(browser, admin, { locale: 'de-DE' });
    await signIn(german.page);
    await show(german.page, hash);
    if (fill) await german.page.getByLabel('Nummer auf der Seite').fill(fill);
    if (name) await press(german.page, name);
    await german.page.getByText(words).waitFor();
    expect(await german.page.locator('main [lang=en], dialog [lang=en]').allTextContents()).toEqual([]);
    expect(german.complaints).toEqual([]);
  });
});

test('an export without a connection says so, in words of the panel', async () => {
  await open('#/audit');
  await panel.page.getByRole('button', { name: 'Export as CSV' }).waitFor();
  await panel.page.context().setOffline(true);
  await press(panel.page, 'Export as CSV');
  await panel.page.getByRole('alert').filter({ hasText: 'No connection to the server.' }).waitFor();
});

describe('a refusal is in German for a German operator:', () => {
  test.each<[of: string, hash: string, words: RegExp, act: (panel: Panel) => Promise<void>, token?: string]>([
    [
      'a role that is too small',
      '#/operators',
      /^Ihre Rolle erlaubt das nicht\.$/,
      async () => undefined,
      OPERATORS_TOKEN,
    ],
    [
      'a message that nobody can read',
      '#/rooms/sale/now',
      /^Das wird so nicht angenommen: message must have no control characters/,
      async ({ page }) => {
        await press(page, 'Nachricht');
        await page.locator('dialog textarea').fill('a\u0007b');
        await press(page, 'Nachricht zeigen');
      },
    ],
    [
      'several wrong settings, each listed once',
      '#/rooms/sale/settings',
      /^2 Felder sind falsch:$/,
      async ({ page }) => {
        await page.locator('main textarea').fill('{"mode":"open","foo":1}');
        await press(page, 'Speichern');
      },
    ],
  ])('%s', async (_, hash, words, act, token) => {
    const german = await openPanel(browser, admin, { locale: 'de-DE' });
    await signIn(german.page, token);
    await show(german.page, hash);
    await act(german);
    await german.page.getByRole('alert').filter({ hasText: words }).waitFor();
  });

  test('what only the API says is marked as English, in a dialog too', async () => {
    const { page } = await openPanel(browser, admin, { locale: 'de-DE' });
    await signIn(page);
    await show(page, '#/rooms/sale/now');
    await press(page, 'Nachricht');
    await page.locator('dialog textarea').fill('a\u0007b');
    await press(page, 'Nachricht zeigen');
    const english = page.locator('dialog [role=alert] [lang=en]');
    expect(await english.textContent()).toMatch(/^message must have no control characters/);
  });
});

describe('groups', () => {
  beforeEach(() => admin.as('put', '/rooms/outlet').send({ title: 'Outlet' }));

  test('are made, changed and deleted by an owner', async () => {
    await open('#/groups');
    await press(panel.page, 'New group');
    await panel.page.getByLabel('Name').fill('backend');
    await panel.page.getByLabel(/^Size/).fill('1.000');
    await panel.page.getByText('Enter a whole number in digits only, at least 1.').waitFor();
    await panel.page.getByLabel(/^Size/).fill('500');
    await panel.page.getByLabel('Room 1', { exact: true }).fill('sale');
    await panel.page.getByLabel('Share of sale, in percent').fill('70');
    await panel.page.getByLabel('Room 2', { exact: true }).fill('outlet');
    await panel.page.getByLabel('Share of outlet, in percent').fill('20');
    await panel.page.getByText('10 % is given to no room').waitFor();
    await press(panel.page, 'Save the group');
    await status('The group backend is saved.');
    const listed = async () => (await admin.as('get', '/groups')).body;
    expect(await listed()).toEqual([{ id: 'backend', size: 500, rooms: { sale: 0.7, outlet: 0.2 } }]);
    await panel.page.getByRole('heading', { level: 2, name: 'backend' }).waitFor();
    await press(panel.page, 'Change backend');
    await panel.page.getByLabel('Share of outlet, in percent').fill('30.5');
    await panel.page.getByText('The shares are more than 100 % together.').waitFor();
    await press(panel.page, 'Save the group');
    await panel.page.getByRole('alert').filter({ hasText: 'must be at most 1 together' }).waitFor();
    await panel.page.getByLabel('Share of outlet, in percent').fill('30');
    await press(panel.page, 'Save the group');
    await status('The group backend is saved.');
    expect((await listed())[0].rooms).toEqual({ sale: 0.7, outlet: 0.3 });
    await press(panel.page, 'Delete backend');
    await panel.page.getByText('2 rooms no longer share a size of 500.').waitFor();
    await press(panel.page, 'Delete');
    await status('The group backend is deleted.');
    expect(await listed()).toEqual([]);
  });

  test('show what another owner changed, and are only looked at by others', async () => {
    await open('#/groups', OPERATORS_TOKEN);
    await panel.page.getByText('There are no groups.').waitFor();
    await admin.as('put', '/groups/backend').send({ size: 9, rooms: { sale: 0.5 } });
    await panel.page.getByText('0 of 9 inside together.').waitFor();
    expect(await buttons()).toEqual([]);
  });
});

describe('operators', () => {
  test('are shown to an owner by name and role', async () => {
    await open('#/operators');
    await panel.page.getByRole('row', { name: 'admin (you) owner' }).waitFor();
    await panel.page.getByRole('row', { name: 'otto operator' }).waitFor();
    await panel.page.getByText('Operators sign in with tokens only.').waitFor();
  });

  test('are not offered to an operator, and refused with the role that is needed', async () => {
    await open('#/operators', OPERATORS_TOKEN);
    await panel.page.getByRole('alert').filter({ hasText: 'needs the role owner' }).waitFor();
    expect(await panel.page.getByRole('link', { name: 'Operators' }).count()).toBe(0);
  });
});

test.each([
  ['CSV', 'audit.csv', ',admin,room.put,sale,'],
  ['JSON', 'audit.json', '"subject":"sale"'],
])('the audit log is saved as %s', async (format, name, content) => {
  await open('#/audit', VIEWERS_TOKEN);
  const saved = panel.page.waitForEvent('download');
  await press(panel.page, `Export as ${format}`);
  const download = await saved;
  expect(download.suggestedFilename()).toBe(name);
  expect(readFileSync(await download.path(), 'utf8')).toContain(content);
});

describe('relying parties', () => {
  const put = (client: string, settings: object) =>
    admin.as('put', `/relying-parties/${client}`).send({ room: 'sale', client_secret: 'very-secret', ...settings });

  beforeEach(async () => {
    const issuer = 'https://wait.example/line';
    await panel.page.route('**/.well-known/openid-configuration', (route) =>
      route.fulfill({
        json: {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          userinfo_endpoint: `${issuer}/userinfo`,
          end_session_endpoint: `${issuer}/end-session`,
          jwks_uri: `${issuer}/jwks`,
        },
      }),
    );
  });

  test('show their warnings, and the settings of their profile to copy', async () => {
    await put('kasse', { profile: 'envoy', redirect_uris: ['http://kasse.example:8443/oidc/back'] });
    await panel.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await open('#/relying-parties', VIEWERS_TOKEN);
    await panel.page.getByText('but Envoy works over https only').waitFor();
    await panel.page.getByText('Settings to copy for kasse').press('Enter');
    await press(panel.page, 'Copy: envoy.yaml');
    await panel.page.getByRole('button', { name: 'Copy: envoy.yaml' }).filter({ hasText: 'Copied' }).waitFor();
    const copied = await panel.page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toContain('authorization_endpoint: https://wait.example/line/authorize');
    expect(copied).toContain('redirect_uri: http://kasse.example:8443/oidc/back');
    expect(copied).toContain('redirect_path_matcher: { path: { exact: /oidc/back } }');
    expect(copied).toContain('client_id: kasse');
    expect(copied).toContain('sni: wait.example');
    expect(copied).not.toMatch(/line\.example|shop\.example|very-secret/);
  });

  test.each([
    'alb',
    'oauth2-proxy',
    'mod-auth-openidc',
    'express-openid-connect',
    'nginx',
    'spring',
    'traefik',
    'istio',
    'kong',
    'cloudflare-access',
    'api-gateway',
  ])('of the profile %s have settings with their own values', async (profile) => {
    await put('kasse', {
      profile,
      redirect_uris: ['https://kasse.example/oauth2/callback'],
      ...(profile === 'api-gateway' ? { resources: ['https://api.kasse.example/'] } : {}),
    });
    await open('#/relying-parties', VIEWERS_TOKEN);
    await panel.page.getByText('Settings to copy for kasse').press('Enter');
    const text = (await panel.page.locator('.copy-block pre').first().textContent()) ?? '';
    expect(text).toContain('https://wait.example/line');
    if (profile !== 'api-gateway') expect(text).toContain('kasse');
    expect(text).not.toMatch(/line\.example(?!\/)|shop\.example|spring-sale|undefined|very-secret/);
  });
});

describe('the gate', () => {
  test('has configurations of proxies with the room and the site', async () => {
    await admin.as('patch', '/rooms/sale').send({ return_urls: ['https://kasse.example:8443/'] });
    await open('#/rooms/sale/gate', VIEWERS_TOKEN);
    const text = () => panel.page.locator('.copy-block pre').allTextContents();
    await panel.page.getByText('/rooms/sale/gate/check?redirect=401').waitFor();
    for (const [proxy, files] of [
      ['Caddy', 1],
      ['HAProxy', 2],
      ['Traefik', 1],
    ] as const) {
      await panel.page.getByLabel('Proxy', { exact: true }).selectOption(proxy);
      await expect.poll(async () => (await text()).length).toBe(files);
      const all = (await text()).join();
      expect(all).toMatch(/rooms\/sale\/gate|anteroom-gate sale$/m);
      expect(all).not.toMatch(/spring-sale|shop\.example/);
    }
  });

  test('says what is missing without return_urls', async () => {
    await open('#/rooms/sale/gate', VIEWERS_TOKEN);
    await panel.page.getByText('The room has no return_urls').waitFor();
  });

  test.each([
    ['goes to the line', { status: 401, headers: { Location: 'https://wait.example/rooms/sale/enter' } }],
    ['passes without the line', { status: 204 }],
    ['refuses this page', { status: 403, json: { detail: 'It is not under return_urls.' } }],
  ])('says that a visitor %s', async (words, answer) => {
    await panel.page.route('**/rooms/sale/gate/check?*', async (route) => {
      const headers = await route.request().allHeaders();
      expect(headers).toMatchObject({
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'kasse.example',
        'x-forwarded-uri': '/a?b=1',
      });
      expect(headers).not.toHaveProperty('cookie');
      await route.fulfill(answer);
    });
    await open('#/rooms/sale/gate', VIEWERS_TOKEN);
    await panel.page.getByLabel('Page of the site').fill('kasse.example');
    await press(panel.page, 'Ask');
    await panel.page.getByRole('alert').filter({ hasText: 'Enter a whole URL' }).waitFor();
    await panel.page.getByLabel('Page of the site').fill('https://kasse.example/a?b=1');
    await press(panel.page, 'Ask');
    await status(words);
  });
});

test('the test of rules says of each rule whether it matches', async () => {
  const rules = [
    { match: { path: '/admin' }, action: 'refuse' },
    { match: { path: '/health' }, action: 'bypass' },
    { match: { method: 'GET' }, action: 'wait' },
  ];
  await admin.as('patch', '/rooms/sale').send({ rules }).expect(200);
  await open('#/rooms/sale/rules', VIEWERS_TOKEN);
  await panel.page.getByLabel('URL that the visitor wants').fill('https://shop.example/health');
  await press(panel.page, 'Test');
  await status('The request bypasses the line.');
  const items = await panel.page
    .getByRole('list', { name: 'Each rule by itself' })
    .getByRole('listitem')
    .allTextContents();
  expect(items).toEqual([
    'Rule 1 refuse Does not match: path differs.',
    'Rule 2 bypass This one decides.',
    'Rule 3 wait Matches, but an earlier one decides.',
  ]);
});

describe('a rehearsal', () => {
  const party = { room: 'sale', client_secret: 'very-secret', redirect_uris: ['http://127.0.0.1:9/callback'] };

  test('is begun by an operator, and shows what came back', async () => {
    await admin.as('put', '/relying-parties/kasse').send(party);
    await admin.as('put', '/relying-parties/shop').send(party);
    await open('#/rooms/sale/preflight', OPERATORS_TOKEN);
    await panel.page.getByLabel('Ends at').selectOption('shop');
    await press(panel.page, 'Make a link');
    const link = panel.page.getByRole('link', { name: 'Open in a new tab' });
    const href = (await link.getAttribute('href')) ?? '';
    expect(href).toMatch(/^http:\/\/localhost:3000\/rooms\/sale\/rehearsal\?pass=/);
    await panel.page.getByText('Nothing yet.').waitFor();
    const rehearsal = await admin.rehearsals.open('sale', new URL(href).searchParams.get('pass') ?? '');
    expect(rehearsal?.goal).toEqual({ kind: 'relying_party', clientId: 'shop' });
    await admin.rehearsals.record('sale', rehearsal?.id ?? '', 'tokens_refused', 'invalid_client: no');
    await panel.page.getByText('The site did not get its tokens. invalid_client: no').waitFor();
  });

  test('is not offered to a viewer', async () => {
    await open('#/rooms/sale/preflight', VIEWERS_TOKEN);
    await panel.page.getByText('There is no size').waitFor();
    expect(await buttons()).toEqual(['Check again']);
  });

  test('tests a relying party with a real login', async () => {
    await admin.as('put', '/relying-parties/kasse').send(party);
    await open('#/relying-parties', OPERATORS_TOKEN);
    await press(panel.page, 'Test kasse');
    const dialog = panel.page.getByRole('dialog');
    await dialog.getByText('landing_url is not set').waitFor();
    await dialog.getByText('cannot reach http://127.0.0.1:9/callback').waitFor();
    const href = await dialog.getByRole('link', { name: 'Open in a new tab' }).getAttribute('href');
    expect(href).toMatch(/&step=10$/);
    await dialog.getByRole('button', { name: 'Close' }).press('Enter');
    await panel.page.locator('button:focus', { hasText: 'Test' }).waitFor();
  });

  test('of a relying party is not offered to a viewer', async () => {
    await admin.as('put', '/relying-parties/kasse').send(party);
    await open('#/relying-parties', VIEWERS_TOKEN);
    await panel.page.getByRole('heading', { name: 'kasse' }).waitFor();
    expect(await panel.page.getByRole('button', { name: 'Test kasse' }).count()).toBe(0);
  });
});

describe('the support desk', () => {
  test('says where a number stands, in words to read out', async () => {
    await admin.as('post', '/rooms/sale/serving-counter').send({ increment_by: 3 });
    await open('#/rooms/sale/support', VIEWERS_TOKEN);
    await panel.page.getByLabel('Number on the visitor’s page').focus();
    await panel.page.keyboard.type('1,204');
    await panel.page.keyboard.press('Enter');
    await status('Number 1,204: not found');
    await status('Number 1204 has not been given out in this room.');
    expect(await buttons()).toEqual(['Look up']);
  });

  describe('of a number that is used up', () => {
    let code = '';

    beforeEach(async () => {
      const { line } = admin.store;
      const { incarnation, generation } = await line.view('sale', Date.now());
      await line.join('sale', [{ visitor: 'ann', claim: false }], Date.now());
      await line.leave('sale', { incarnation, generation, number: 1, visitor: 'ann' }, Date.now());
      code = admin.supportCodes.of({ room: 'sale', incarnation, generation, number: 1 });
    });

    async function lookUp(token: string): Promise<void> {
      await open('#/rooms/sale/support', token);
      await panel.page.getByLabel('Number on the visitor’s page').focus();
      await panel.page.keyboard.type('1');
      await panel.page.keyboard.press('Enter');
      await status('Number 1: used up');
    }

    test('puts its visitor back at the front, with the code of the page', async () => {
      await lookUp(OPERATORS_TOKEN);
      await panel.page.getByLabel('Code for support').focus();
      await panel.page.keyboard.type('0000');
      await panel.page.keyboard.press('Enter');
      await panel.page.getByRole('alert').filter({ hasText: 'No number of this line has this code.' }).waitFor();
      await panel.page.getByLabel('Code for support').fill('');
      await panel.page.getByLabel('Code for support').focus();
      await panel.page.keyboard.type(code.toLowerCase());
      await press(panel.page, 'Restore to the front');
      await status('Number 1 is back in line, before all others.');
      await status('Number 1: in line');
      expect(await panel.page.getByLabel('Code for support').count()).toBe(0);
    });

    test('offers a viewer no restoration', async () => {
      await lookUp(VIEWERS_TOKEN);
      expect(await buttons()).toEqual(['Look up']);
    });
  });

  test('restores turns that an outage took, with the numbers of the moment', async () => {
    await admin.as('patch', '/rooms/sale').send({ inlet: { size: 7 } });
    await open('#/rooms/sale/support', OPERATORS_TOKEN);
    await press(panel.page, 'Restore turns…');
    await panel.page.getByText('7 places are free now, of 7').waitFor();
    await panel.page.getByLabel('Began').fill('2026-01-02T10:00');
    await panel.page.getByLabel('Ended').fill('2026-01-02T09:00');
    await press(panel.page, 'Restore');
    await panel.page.getByRole('alert').filter({ hasText: 'must not be earlier than from' }).waitFor();
    await panel.page.getByLabel('Ended').fill('');
    await press(panel.page, 'Restore');
    await status('Nobody is restored');
    await show(panel.page, '#/audit');
    await panel.page
      .getByText(/otto .*sale/)
      .first()
      .waitFor();
  });
});

test('a change at another process is seen without an event', async () => {
  await open('#/rooms/sale/now', OPERATORS_TOKEN);
  await panel.page.getByRole('heading', { level: 1, name: 'Sale' }).waitFor();
  const { body } = await admin.as('get', '/rooms/sale');
  await panel.page.route('**/v1/rooms/sale', (route) =>
    route.fulfill({ json: { ...body, title: 'Autumn sale' }, headers: { ETag: '"another"' } }),
  );
  await panel.page.getByRole('heading', { level: 1, name: 'Autumn sale' }).waitFor();
});
