import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PreflightFacts, preflight } from '#admin/preflight/checks.ts';
import { createReach, type Reached } from '#admin/preflight/reach.ts';
import { createOutbound } from '#outbound/index.ts';
import { openRedisStore } from '#store/redis/index.ts';
import { type Authority, createAuthority } from '#support/certificates.ts';
import { freePort } from '#support/ports.ts';
import { startRedis } from '#support/redis.ts';
import { roomSettings } from '#support/room-settings.ts';
import { sayIn } from '#support/say.ts';
import { startTlsTerminator, type TlsTerminator } from '#support/tls-terminator.ts';
import { sentence } from '#waiting-room/sentence.ts';

const NOW = 1_800_000_000_000;
const DAY = 24 * 60 * 60_000;
const reached = (status = 200, certificateEnds: number | null = null): Reached => ({
  ...{ state: 'reached', status, certificateEnds },
});
const UNTRUSTED: Reached = { state: 'untrusted', code: 'CERT_HAS_EXPIRED' };
const AWAY: Reached = { state: 'unreached', why: sentence('reach.timeout') };
const SITE = 'https://shop.example';

const EMAILING = roomSettings({ inlet: { strategy: 'max-size', size: 5 }, notify: { email: true, before: 300_000 } });
const PUSHING = roomSettings({
  inlet: { strategy: 'max-size', size: 5 },
  notify: { email: false, push: true, before: 300_000 },
});

const LANES = { inlet: { strategy: 'max-size', size: 5 }, lanes: { members: 0.3 } } as const;
const PASSES = { required: false, issuer: 'https://club.example', jwks_uri: 'https://club.example/jwks' };

const FACTS: PreflightFacts = {
  ...{
    issuer: 'https://line.example',
    room: roomSettings(),
    parties: [],
    keys: [{ status: 'signing' }],
    takesWrites: true,
  },
  ...{ alerts: {}, persistence: 'every_write', issuerReached: reached(), sites: [], webhook: null, now: NOW },
  sends: { email: false, push: false },
};

describe('preflight', () => {
  test.each<[check: string, result: string, found: Partial<PreflightFacts>]>([
    ['issuer', 'pass', {}],
    ['issuer', 'fail', { issuer: 'http://line.example' }],
    ['issuer', 'fail', { issuerReached: UNTRUSTED }],
    ['issuer', 'warn', { issuerReached: AWAY }],
    ['issuer', 'warn', { issuerReached: reached(404) }],
    ['issuer', 'warn', { issuerReached: reached(200, NOW + 13 * DAY) }],
    ['issuer', 'pass', { issuerReached: reached(200, NOW + 15 * DAY) }],
    ['redirect_uris', 'pass', { sites: [{ origin: SITE, reached: reached(404, NOW + 60 * DAY) }] }],
    ['redirect_uris', 'fail', { sites: [{ origin: SITE, reached: UNTRUSTED }] }],
    ['redirect_uris', 'warn', { sites: [{ origin: SITE, reached: AWAY }] }],
    ['redirect_uris', 'warn', { sites: [{ origin: SITE, reached: reached(503) }] }],
    ['redirect_uris', 'warn', { sites: [{ origin: SITE, reached: reached(200, NOW + DAY) }] }],
    ['room', 'fail', { room: EMAILING }],
    ['room', 'pass', { room: EMAILING, sends: { email: true, push: false } }],
    ['room', 'fail', { room: PUSHING, sends: { email: true, push: false } }],
    ['room', 'pass', { room: PUSHING, sends: { email: false, push: true } }],
    ['room', 'warn', { room: roomSettings(LANES) }],
    ['room', 'pass', { room: roomSettings({ ...LANES, passes: PASSES }) }],
    ['store', 'fail', { takesWrites: false }],
    ['persistence', 'pass', {}],
    ['persistence', 'pass', { persistence: 'beyond_the_store' }],
    ['persistence', 'warn', { persistence: 'snapshots' }],
    ['persistence', 'warn', { persistence: 'none' }],
    ['persistence', 'warn', { persistence: 'unknown' }],
    ['webhook', 'pass', {}],
    ['webhook', 'pass', { webhook: { reached: reached(405), backlog: 3 } }],
    ['webhook', 'warn', { webhook: { reached: reached(), backlog: 100 } }],
    ['webhook', 'fail', { webhook: { reached: AWAY, backlog: 0 } }],
    ['webhook', 'fail', { webhook: { reached: UNTRUSTED, backlog: 0 } }],
    ['keys', 'fail', { keys: [{ status: 'next' }] }],
    ['clocks', 'fail', { alerts: { clocks: NOW } as never }],
  ])('%s: %s with %j', (check, result, found) => {
    const results = preflight({ ...FACTS, ...found }).filter((each) => each.check === check);
    expect(results.map((each) => each.result)).toEqual([result]);
    const [words = sentence('reach.failed')] = results.map((each) => each.words);
    const [english, german] = [sayIn('en')(words), sayIn('de')(words)];
    expect(english).toMatch(/\.$/);
    expect(german).toMatch(/\.$/);
    expect(german).not.toBe(english);
  });
});

describe('an address that preflight asks', () => {
  let authority: Authority;
  let site: ReturnType<typeof createServer>;
  let https: TlsTerminator;
  beforeAll(async () => {
    authority = await createAuthority();
    site = createServer((_, res) => res.writeHead(204).end());
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    https = await startTlsTerminator(await authority.issue('127.0.0.1'), (site.address() as AddressInfo).port);
  });
  afterAll(async () => {
    await https.close();
    site.close();
    await authority.remove();
  });
  let at = NOW;
  const reach = createReach({ outbound: createOutbound({ allowPrivateTargets: true }), now: () => at });

  test('answers, and says when its certificate ends', async () => {
    expect(await reach(https.url)).toMatchObject({ state: 'untrusted' });
    await authority.trustHere();
    // It is not asked again at once.
    expect(await reach(https.url)).toMatchObject({ state: 'untrusted' });
    at += 15_000;
    const found = await reach(https.url);
    expect(found).toMatchObject({ state: 'reached', status: 204 });
    const { certificateEnds } = found as { certificateEnds: number };
    expect(certificateEnds - Date.now()).toBeGreaterThan(DAY);
    expect(certificateEnds - Date.now()).toBeLessThan(3 * DAY);
    const { port } = site.address() as AddressInfo;
    expect(await reach(`http://127.0.0.1:${port}`, '/')).toEqual(reached(204));
  });

  test('is not reached if nothing listens, or where the service may not go', async () => {
    expect(await reach(`http://127.0.0.1:${await freePort()}/`)).toMatchObject({ state: 'unreached' });
    const outbound = createOutbound({ allowPrivateTargets: false });
    expect(await createReach({ outbound, now: () => NOW })(https.url)).toMatchObject({ state: 'unreached' });
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    const trusting = createOutbound({ allowPrivateTargets: false, trusted: [url] });
    expect(await createReach({ outbound: trusting, now: () => NOW })(url, '/livez')).toEqual(reached(204));
  });
});

describe('what Redis says of its disk', () => {
  test.each<[args: readonly string[], persistence: string]>([
    [[], 'none'],
    [['--save', '300 10'], 'snapshots'],
    [['--appendonly', 'yes'], 'every_write'],
    [['--appendonly', 'yes', '--appendfsync', 'no'], 'snapshots'],
    [['--rename-command', 'CONFIG', ''], 'unknown'],
  ])('with %j it is %s', async (args, persistence) => {
    const redis = await startRedis({ args });
    const store = await openRedisStore({ url: redis.url });
    try {
      expect(await store.persistence()).toBe(persistence);
    } finally {
      await store.close();
      await redis.stop();
    }
  });
});
