/**
 * Runs every documented shell command as it stands, in a checkout of its own. Ports may differ, and addresses of the
 * documentation lead to the process under test. What cannot run here is in a list, with the reason.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '#support/ports.ts';
import { ADMIN_TOKEN, COOKIE_KEYS } from '../service/process.ts';
import { type Checkout, makeCheckout } from './checkout.ts';
import { blocksOf, pages } from './pages.ts';

/** The commands of a block, a line each. */
const commandsOf = (block: string): readonly string[] =>
  block
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/\s{2,}#.*$/, '').trim())
    .filter((line) => line !== '');

// test/docs/admin-api-process.test.ts runs those of this page.
const documented = [...pages].filter(([page]) => page !== 'docs/admin-api.md');
const commands = documented.flatMap(([page, text]) =>
  blocksOf(text, 'sh').flatMap((block) => commandsOf(block).map((command) => ({ page, command }))),
);

/** What this machine cannot run, and why. */
const ELSEWHERE: readonly [command: RegExp, why: string][] = [
  [/^(?:OPERATOR_TOKEN=… .*)?(?:export AWS_REGION|npm run import-aws)/, 'needs tables of AWS: test/import-aws runs it'],
  [/^OPERATOR_TOKEN=… /, 'needs a stack of AWS: test/import-aws runs it'],
  [/^aws /, "needs an account of AWS, and AWS's command line"],
  [/^docker /, 'needs a registry: scripts/check-dockerfile.sh runs the steps of the image'],
  [/^kubectl /, 'needs a cluster'],
  [/^helm install /, 'needs a cluster: test/deploy/kubernetes.test.ts renders the chart with these values'],
  [/^npm ci$/, 'replaces node_modules: .ci/run begins with it'],
  [/^cd (?:openid-client|authlib|go-oidc) && /, 'installs from a registry: test/gateways runs these applications'],
  [/^npx node examples\/(?:apache|envoy)\/main\.ts$/, 'test/gateways/examples-process.test.ts runs it'],
  [/^npx node examples\/(?:api|downstream|upstream)\/main\.ts$/, 'test/public/examples-process.test.ts runs it'],
  [/^(?:DEFAULT_PROVIDER|PROVIDERS_OIDC_\w+|SECRET|LIFETIME|LOGOUT_REDIRECT)=/, 'settings of traefik-forward-auth'],
];

const run = new Set<string>();

/** The commands of a page that contain a text, marked as run. */
function the(page: string, part: string): string {
  const found = commands.filter((each) => each.page === page && each.command.includes(part));
  if (found.length !== 1) throw new Error(`${page} has ${found.length} commands with ${part}`);
  const command = found[0]?.command ?? '';
  run.add(`${page}: ${command}`);
  return command;
}

const yamlOf = (page: string, part: string) =>
  blocksOf(pages.get(page) ?? '', 'yaml').find((block) => block.includes(part)) ?? '';

let checkout: Checkout;
let env: Record<string, string>;
let url: string;
beforeAll(() => {
  checkout = makeCheckout();
});
afterEach(() => checkout.end());
afterAll(() => checkout.remove());

/** Starts Anteroom with a command of the documentation, on free ports. */
async function start(command: string, more: Record<string, string> = {}, probe = '/readyz'): Promise<() => string> {
  const port = `${await freePort()}`;
  url = `http://localhost:${port}`;
  env = { PORT: port, SHOP_PORT: `${await freePort()}`, COOKIE_KEYS, ...more };
  return checkout.start(`npm() { [ "$1" = ci ] || command npm "$@"; }\n${command}`, url + probe, env);
}

/** Sends a documented request to the process that was started. Answers the status. */
async function request(command: string, more: Record<string, string> = {}, from = '.'): Promise<number> {
  const there = url.replaceAll('/', '\\/');
  const { code, output } = await checkout.run(
    `cd ${from}
    curl() {
      local args=("\${@//http:\\/\\/localhost:3000/${there}}"); args=("\${args[@]//https:\\/\\/line.example/${there}}")
      command curl -sS -o /dev/null -w '%{http_code}' "\${args[@]}"
    }
    ${command}`,
    more,
  );
  expect([code, output]).toEqual([0, expect.stringMatching(/^\d{3}$/)]);
  return Number(output);
}

describe('the README', () => {
  const [startDemo, pause] = [the('README.md', 'npm ci && npm start'), the('README.md', '"mode":"paused"')];
  const startFile = the('README.md', 'CONFIG=anteroom.yaml');

  test('starts the demo, and changes its room while people wait', async () => {
    const output = await start(startDemo, { CROWD: '0' });
    await expect.poll(output).toContain('start here');
    expect(await request(pause)).toBe(200);
  });

  test('starts with a configuration file', async () => {
    await checkout.write('anteroom.yaml', yamlOf('README.md', 'spring-sale'));
    await start(startFile);
    const discovery = await (await fetch(`${url}/.well-known/openid-configuration`)).json();
    expect(discovery).toMatchObject({ issuer: 'https://line.example' });
  });
});

describe('the tutorial', () => {
  const startRoom = the('docs/tutorial.md', 'CONFIG=anteroom.yaml npm start');
  const makeShop = the('docs/tutorial.md', 'npm init');
  const startShop = the('docs/tutorial.md', 'node shop.mjs');
  const exit = the('docs/tutorial.md', '"completed":["SUB"]');
  const change = the('docs/tutorial.md', '"inlet":{"size":2}');
  const [shop = ''] = blocksOf(pages.get('docs/tutorial.md') ?? '', 'js');

  test('puts its room before its application', async () => {
    await checkout.write('anteroom.yaml', yamlOf('docs/tutorial.md', 'my-room'));
    await start(startRoom);
    // The packages are those of this checkout: no registry is asked.
    const link = 'npm() { [ "$1" = install ] && ln -s ../anteroom/node_modules . || command npm "$@"; }\n';
    expect(await checkout.run(`${link}${makeShop}`)).toMatchObject({ code: 0 });
    const port = await freePort();
    const here = shop.replaceAll('http://localhost:3000', url).replaceAll('3001', `${port}`);
    await checkout.write('../my-shop/shop.mjs', here);
    await checkout.start(`cd ../my-shop && ${startShop}`, `http://localhost:${port}/bye`);
    const answer = await fetch(`http://localhost:${port}/seat/12`, { redirect: 'manual' });
    const { origin, searchParams } = new URL(answer.headers.get('location') ?? '');
    expect([origin, searchParams.get('client_id')]).toEqual([url, 'my-shop']);
    expect(await request(exit, {}, '../my-shop')).toBe(200);
    expect(await request(change, {}, '../my-shop')).toBe(200);
  });
});

describe('a service as the page says', () => {
  const onOneHost = the('docs/one-host.md', 'ISSUER=https://shop.example/line');
  const [dynalite, table] = [the('docs/dynamodb.md', 'dynalite'), the('docs/dynamodb.md', 'DYNAMODB_TABLE=')];
  const ownerOf = commands.filter(({ page }) => page === 'docs/control-panel.md').map(({ command }) => command);
  for (const command of ownerOf) run.add(`docs/control-panel.md: ${command}`);
  const tryRules = the('docs/access.md', '/rules/test');
  const pause = the('docs/run-book.md', '"mode":"paused"');
  const preview = the('docs/themes.md', '/theme/preview');
  const rotate = the('keys/README.md', 'npm run keys -- rotate');

  test('starts below a path of the shop’s host', async () => {
    await checkout.write('anteroom.yaml', 'rooms: [{ id: sale }]\n');
    await start(onOneHost);
    const discovery = await (await fetch(`${url}/line/.well-known/openid-configuration`)).json();
    expect(discovery).toMatchObject({ issuer: 'https://shop.example/line' });
  });

  test('starts on DynamoDB', async () => {
    const port = `${await freePort()}`;
    await start(`${dynalite}\n${table}`.replaceAll('8000', port), { AWS_REGION: 'eu-west-1', CROWD: '0' });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  test('starts with the sign-in of an identity provider', async () => {
    await checkout.write('anteroom.yaml', 'rooms: [{ id: sale }]\n');
    const assignments = ownerOf.map((command) => `export ${command}`).join('\n');
    await start(`${assignments}\nCONFIG=anteroom.yaml npm start`);
    expect((await fetch(`${url}/admin/`)).status).toBe(200);
  });

  test('answers the requests of other pages, and rotates its keys', async () => {
    await checkout.write('anteroom.yaml', `${yamlOf('docs/access.md', 'rules:')}  - id: sale\n`);
    await start('CONFIG=anteroom.yaml npm start', { ADMIN_TOKEN });
    expect(await request(tryRules, { ADMIN_TOKEN })).toBe(200);
    expect(await request(preview, { ADMIN_TOKEN })).toBe(200);
    // These are the settings of the admin API's page.
    const [settings = ''] = blocksOf(pages.get('docs/admin-api.md') ?? '', 'sh');
    const token = settings.replaceAll(/\$\(cat [^)]*\)/g, ADMIN_TOKEN);
    expect(await request(`${token}\n${pause}`)).toBe(200);
    expect(await checkout.run(`${rotate} --url ${url}`, { ADMIN_TOKEN })).toMatchObject({ code: 0 });
  });
});

describe('the demo shop', () => {
  const startShop = the('examples/shop/README.md', 'npx node examples/shop');
  const buy = the('examples/shop/README.md', '/purchase');

  test('runs alone, and sells nothing without an admission', async () => {
    const party = yamlOf('examples/shop/README.md', 'client_id: shop');
    await checkout.write('anteroom.yaml', `rooms: [{ id: spring-sale }]\n${party}`);
    await start('CONFIG=anteroom.yaml npm start');
    const port = `${await freePort()}`;
    const shop = `http://localhost:${port}`;
    await checkout.start(startShop.replace('https://line.example', url), `${shop}/`, { SHOP_PORT: port });
    expect(await request(buy.replaceAll('http://localhost:3001', shop), { ID_TOKEN: 'none' })).toBe(401);
  });
});

describe('a tool', () => {
  test.each([
    ['docs/aws.md', 'npm run keys'],
    ['docs/kubernetes.md', 'npm run keys'],
    ['keys/README.md', 'npm run keys -- --out'],
  ])('makes keys as %s says', async (page, part) => {
    const { code, output } = await checkout.run(`rm -f jwks.json; ${the(page, part)}; test -s jwks.json`);
    expect([code, output]).toEqual([0, expect.stringContaining('New keys: RS256')]);
  });

  test('makes secrets', async () => {
    const secrets = commands.filter(({ command }) => command.startsWith('openssl'));
    expect(secrets.length).toBeGreaterThan(1);
    for (const { page, command } of secrets) {
      run.add(`${page}: ${command}`);
      expect(await checkout.run(command)).toEqual({ code: 0, output: expect.stringMatching(/^[\w+/]{43}=\n$/) });
    }
  });

  test('checks a draw', async () => {
    const command = the('docs/draw.md', 'verify.py').replace('SEED', '00'.repeat(32));
    const answer = await checkout.run(command.replace('ENTRANTS', '3').replace('ENTRANT...', '0 1 2'));
    expect(answer.code).toBe(0);
    expect(answer.output.trim().split('\n').slice(1).sort()).toEqual(['0', '1', '2']);
  });

  test('simulates a sale', async () => {
    const command = the('docs/simulation.md', 'npm run simulate').replace(
      'FILE',
      'examples/simulations/ticket-sale.yaml',
    );
    const answer = await checkout.run(command.replaceAll(/[[\]]/g, '').replace('--seed N', '--seed 7'));
    expect(answer).toMatchObject({ code: 0 });
    expect(await checkout.run('grep -c "<svg" report.html')).toMatchObject({ code: 0 });
  });
});

describe('every documented command', () => {
  // Last, when the tests before have named theirs.
  test('runs in a test, or is listed with the reason', () => {
    const left = commands
      .filter(({ page, command }) => !run.has(`${page}: ${command}`))
      .filter(({ command }) => !ELSEWHERE.some(([listed]) => listed.test(command)));
    expect(left).toEqual([]);
  });

  test.each(ELSEWHERE)('that matches %s is documented (%s)', (listed) => {
    expect(commands.some(({ command }) => listed.test(command))).toBe(true);
  });
});
