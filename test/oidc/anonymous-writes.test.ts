import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { REDIRECT_URI, startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { push, sendPush } from './pushed-request.ts';
import { comeBack, goIn, relying_parties, rooms } from './visit.ts';

const AFTER = 'http://127.0.0.1:9/bye';
const parties = relying_parties.map((party) => ({ ...party, post_logout_redirect_uris: [AFTER] }));
/** The bytes that oidc-provider has written. */
let total = 0;
const service = serviceOn(countingStore, { rooms, relying_parties: parties });
const FILLER = 'x'.repeat(5_000);

async function countingStore() {
  const opened = await embeddedStore();
  const { oidcRecords } = opened.store;
  const counted: typeof oidcRecords = {
    ...oidcRecords,
    upsert(...written) {
      total += JSON.stringify(written).length;
      return oidcRecords.upsert(...written);
    },
  };
  return { ...opened, store: { ...opened.store, oidcRecords: counted } };
}

/** The bytes that oidc-provider writes while `act` runs. */
async function bytesWritten(act: () => Promise<unknown>): Promise<number> {
  const before = total;
  await act();
  return total - before;
}

beforeEach(() => service.waitingRoom.operations.reset('sale'));

describe('a logout without a session', () => {
  test.each([
    [
      'with a long state',
      { state: FILLER, client_id: 'shop', post_logout_redirect_uri: AFTER },
      `${AFTER}?state=${FILLER}`,
    ],
    ['without a redirect URI', { state: FILLER }, expect.stringMatching(/\/end-session\/success$/)],
  ])('%s writes nothing, sets no cookie, and ends where it should', async (_what, query, target) => {
    const browser = createBrowser();
    let location = '';
    const written = await bytesWritten(async () => {
      const answer = await browser.get(`${service.issuer}/end-session?${new URLSearchParams(query)}`);
      location = answer.location;
      expect([answer.status, answer.headers['set-cookie']]).toEqual([303, undefined]);
    });
    expect(written).toBe(0);
    expect(location).toEqual(target);
  });
});

describe('a proof of a key (RFC 9449) by anybody', () => {
  async function proof(method: string, path: string): Promise<string> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    return new SignJWT({ htm: method, htu: `${service.issuer}${path}`, jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
      .setIssuedAt()
      .sign(privateKey);
  }

  test('writes nothing at /authorize', async () => {
    const { url } = await startLogin(service.issuer, { clientId: 'app' });
    const written = await bytesWritten(async () => {
      const { location } = await createBrowser().get(url, { DPoP: await proof('GET', '/authorize') });
      expect(location).toContain('/rooms/sale/wait?');
    });
    expect(written).toBe(0);
  });

  test('writes nothing with a code that does not exist', async () => {
    const written = await bytesWritten(async () => {
      const answer = await fetch(`${service.issuer}/token`, {
        method: 'POST',
        headers: { DPoP: await proof('POST', '/token') },
        body: new URLSearchParams({
          ...{ grant_type: 'authorization_code', client_id: 'app', code: 'made-up' },
          redirect_uri: REDIRECT_URI,
        }),
      });
      expect(answer.status).toBe(400);
    });
    expect(written).toBe(0);
  });
});

describe('what an admitted visitor requests', () => {
  test.each<[string, (i: number) => { scope?: string; more?: Record<string, string> }]>([
    ['made-up claims', (i) => ({ more: { claims: claims({ [`${i}${FILLER}`]: null }) } })],
    ['a made-up value of a claim', () => ({ more: { claims: claims({ email: { value: FILLER } }) } })],
    ['a made-up acr', () => ({ more: { claims: claims({ acr: { value: FILLER } }) } })],
    ['made-up acr_values', () => ({ more: { acr_values: FILLER } })],
    ['made-up scopes', (i) => ({ scope: `openid ${i}${FILLER}` })],
  ])('%s takes no space: neither in the grant, nor in the code and the tokens', async (_what, options) => {
    const { browser } = await goIn(service);
    const visit = async (asked: ReturnType<typeof options>) => {
      const { login, answer } = await comeBack(service, browser, asked);
      await expect(login.exchange(answer.location)).resolves.toHaveProperty('id_token');
    };
    await visit({});
    const plain = await bytesWritten(() => visit({}));
    expect(plain).toBeGreaterThan(500);
    for (const i of [1, 2, 3]) {
      expect(await bytesWritten(() => visit(options(i)))).toBeLessThan(plain + 1_500);
    }
  });
});

describe('a pushed request', () => {
  test.each(['app', 'shop'])(
    'of %s that is too long for its request_uri is refused, and writes nothing',
    async (id) => {
      let pushed: Awaited<ReturnType<typeof sendPush>> | undefined;
      const written = await bytesWritten(async () => {
        pushed = await sendPush(service.issuer, { clientId: id, more: { login_hint: 'x'.repeat(4_200) } });
      });
      expect(pushed?.body).toMatchObject({
        error: 'invalid_request',
        error_description: expect.stringMatching(/^the request is too long: .* and may have 5600$/),
      });
      expect([pushed?.answer.status, written]).toEqual([400, 0]);
    },
  );

  test('of ordinary length is accepted, waits and writes nothing', async () => {
    const written = await bytesWritten(async () => {
      const { url } = await push(service.issuer, { more: { login_hint: 'x'.repeat(3_000) } });
      expect((await createBrowser().get(url)).location).toContain('/rooms/sale/wait?');
    });
    expect(written).toBe(0);
  });
});

function claims(id_token: Record<string, unknown>): string {
  return JSON.stringify({ id_token });
}
