/** A process whose signing keys are in Secrets Manager, on moto. */
import { generateKeyPairSync } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasMoto, type Moto, startMoto } from '#support/moto.ts';
import { freePort } from '#support/ports.ts';
import { createFolder, environment, type Folder, ready } from '../service/process.ts';

/** As AWS's solution makes it. */
const KID = '0123456789abcdef0123456789abcdef';

describe.skipIf(!hasMoto)('Secrets Manager on moto', () => {
  let folder: Folder;
  let moto: Moto;
  let url: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    [folder, moto] = await Promise.all([createFolder(), startMoto()]);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    await folder.write('anteroom.yaml', 'rooms: [{ id: sale, aws: { event_id: Sample } }]\n');
    const { JWKS_FILE: _, ...rest } = await environment(folder, port);
    env = { ...rest, ...moto.env, ADMIN_TOKENS: 'olga:owner:the-token-of-olga', KEYS_SECRET_ID: 'old/jwk-private' };
  });
  afterEach(async () => {
    await moto.stop();
    await folder.remove();
  });

  const get = async (path: string) => (await (await fetch(url + path)).json()) as Record<string, unknown>;
  const kids = async () => {
    const { jwks_uri } = await get('/.well-known/openid-configuration');
    const { keys } = (await (await fetch(String(jwks_uri))).json()) as { keys: { kid: string }[] };
    return keys.map(({ kid }) => kid);
  };

  test("has the key of AWS's solution, and rotates it", async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const SecretString = JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: KID, alg: 'RS256' });
    await moto.call('secretsmanager', 'secretsmanager.CreateSecret', { Name: 'old/jwk-private', SecretString });
    const first = folder.run(env);
    await ready(first, url);
    expect(await get('/aws/public/public_key?event_id=Sample')).toMatchObject({ kid: KID, kty: 'RSA', alg: 'RS256' });
    expect(await kids()).toEqual([KID]);

    const rotated = await fetch(`${url}/admin/v1/keys/rotate`, {
      method: 'POST',
      headers: { Authorization: 'Bearer the-token-of-olga', 'Content-Type': 'application/json' },
      body: '{}',
    });
    expect(rotated.status).toBe(200);
    // The new key is published and does not sign yet.
    const both = await kids();
    expect(both).toHaveLength(2);
    expect(both).toContain(KID);
    first.child.kill('SIGTERM');
    await first.ended;

    const second = folder.run(env);
    await ready(second, url);
    expect((await kids()).sort()).toEqual([...both].sort());
    await fetch(`${url}/admin/v1/rooms/sale/serving-counter`, {
      method: 'POST',
      headers: { Authorization: 'Bearer the-token-of-olga', 'Content-Type': 'application/json' },
      body: '{"increment_by":1}',
    });
    const token = await tokenOf();
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', kid: KID });
  });

  async function tokenOf(): Promise<string> {
    const post = async (route: string, body: object) => {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch(`${url}/aws/public/${route}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await answer.json()) as Record<string, string>;
    };
    const { api_request_id } = await post('assign_queue_num', { event_id: 'Sample' });
    const { access_token } = await post('generate_token', { event_id: 'Sample', request_id: api_request_id ?? '' });
    return access_token ?? '';
  }

  test('without the secret it says so, by name, and ends', async () => {
    const run = folder.run(env);
    expect(await run.ended).toEqual([1, null]);
    expect(run.output()).toContain('KEYS_SECRET_ID');
    expect(run.output()).toContain('ResourceNotFoundException');
  });
});
