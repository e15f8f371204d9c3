/** What else decides about newcomers at AWS's API: the rules of the room, the limits on addresses, and its API key. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type RoomInput, room as roomSettings } from '#settings/room.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { EVENT, ROOMS, told, UNKNOWN_ID } from './room.ts';
import { KEY, signHeader } from './signer.ts';

const service = serviceOn(embeddedStore, { rooms: ROOMS, awsCredentials: [KEY], trustProxy: 1 });
const operations = () => service.waitingRoom.operations;
const issued = async () => (await operations().counters('sale')).queue;
const set = (changes: Partial<RoomInput>) => operations().putRoom(roomSettings.parse({ ...ROOMS[0], ...changes }));
const refused = [403, { message: 'Forbidden' }];
const limited = [429, { message: 'Too Many Requests' }];

async function assign(headers: Record<string, string> = {}, event_id = EVENT) {
  const { status, body } = await told(
    await fetch(`${service.issuer}/aws/public/assign_queue_num`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ event_id }),
    }),
  );
  return [status, body];
}

beforeEach(async () => {
  await set({});
  await operations().reset('sale');
});

describe('the rules of the room', () => {
  test.each([
    ['an address', { address: ['203.0.113.0/24'] }, { 'X-Forwarded-For': '203.0.113.9' }],
    ['a user agent', { user_agent: ['*python-requests*'] }, { 'User-Agent': 'python-requests/2.32' }],
    ['a country', { country_header: { 'CloudFront-Viewer-Country': ['XX'] } }, { 'CloudFront-Viewer-Country': 'XX' }],
    ['a header', { header: { 'X-Bot': 'yes' } }, { 'X-Bot': 'yes' }],
  ])('refuse newcomers by %s, and nobody else', async (_, match, headers) => {
    await set({ rules: [{ match, action: 'refuse' }] });
    expect(await assign(headers)).toEqual(refused);
    expect(await issued()).toBe(0);
    expect((await assign({ 'X-Forwarded-For': '198.51.100.7' }))[0]).toBe(200);
    expect(await issued()).toBe(1);
  });

  test('leave places and tokens alone that a visitor has', async () => {
    const [, { api_request_id: request_id }] = await assign();
    await set({ rules: [{ match: {}, action: 'refuse' }] });
    await operations().raise('sale', 1);
    const ask = await fetch(`${service.issuer}/aws/public/queue_num?event_id=${EVENT}&request_id=${request_id}`);
    expect(ask.status).toBe(200);
    const body = JSON.stringify({ event_id: EVENT, request_id });
    const headers = { 'Content-Type': 'application/json' };
    const token = await fetch(`${service.issuer}/aws/public/generate_token`, { method: 'POST', headers, body });
    expect(token.status).toBe(200);
  });

  test('tell nothing about other events', async () => {
    await set({ rules: [{ match: {}, action: 'refuse' }] });
    expect((await assign({}, 'Other'))[0]).toBe(200);
    expect(await issued()).toBe(0);
  });

  test('ask for a proof that no client of AWS can bring', async () => {
    await set({ challenge: 'auto', rules: [{ match: { user_agent: ['curl/*'] }, action: 'challenge' }] });
    expect(await assign({ 'User-Agent': 'curl/8.5' })).toEqual(limited);
    expect((await assign())[0]).toBe(200);
  });

  test('let nobody past the line', async () => {
    await set({ rules: [{ match: {}, action: 'bypass' }] });
    const [, { api_request_id: request_id }] = await assign();
    expect(await issued()).toBe(1);
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ event_id: EVENT, request_id });
    const token = await fetch(`${service.issuer}/aws/public/generate_token`, { method: 'POST', headers, body });
    expect(token.status).toBe(202);
  });
});

describe('the limits on addresses', () => {
  const limits = { joins_per_address: '2/1m' };

  test('count each address by itself', async () => {
    await set({ challenge: 'auto', limits });
    const from = async (address: string) => (await assign({ 'X-Forwarded-For': address }))[0];
    const statuses = [];
    for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '198.51.100.1']) statuses.push(await from(address));
    expect(statuses).toEqual([200, 200, 429, 200]);
  });

  test('count joins at all doors together', async () => {
    await set({ challenge: 'auto', limits });
    const headers = { 'X-Forwarded-For': '192.0.2.77' };
    for (let n = 0; n < 2; n++) await fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST', headers });
    expect(await assign(headers)).toEqual(limited);
  });
});

describe('the API key', () => {
  const api_key = 'a-key-of-the-cdn-1';
  const unknown = `event_id=${EVENT}&request_id=${UNKNOWN_ID}`;

  test.each([
    ['GET', `queue_num?${unknown}`, 202],
    ['GET', `serving_num?event_id=${EVENT}`, 200],
    ['GET', `waiting_num?event_id=${EVENT}`, 200],
    ['GET', `public_key?event_id=${EVENT}`, 200],
    ['GET', `queue_pos_expiry?${unknown}`, 404],
    ['POST', 'assign_queue_num', 200],
    ['POST', 'generate_token', 400],
  ])('%s %s is refused without it', async (method, path, status) => {
    await set({ aws: { event_id: EVENT, api_key } });
    const send = (headers: Record<string, string>) =>
      fetch(`${service.issuer}/aws/public/${path}`, {
        method,
        headers: { 'Content-Type': 'application/json', ...headers },
        ...(method === 'POST' ? { body: JSON.stringify({ event_id: EVENT, request_id: UNKNOWN_ID }) } : {}),
      });
    for (const headers of [{}, { 'x-api-key': '' }, { 'x-api-key': `${api_key}x` }] as Record<string, string>[]) {
      const answer = await told(await send(headers));
      expect([answer.status, answer.body]).toEqual(refused);
      expect(answer.headers.get('x-amzn-ErrorType')).toBe('ForbiddenException');
    }
    expect(await issued()).toBe(0);
    expect((await send({ 'x-api-key': api_key })).status).toBe(status);
  });

  test('is not asked for at the private API, nor by OPTIONS', async () => {
    await set({ aws: { event_id: EVENT, api_key } });
    const url = `${service.issuer}/aws/private/num_active_tokens?event_id=${EVENT}`;
    const signed = signHeader({ url, now: service.time.now() });
    expect((await fetch(signed.url, signed.init)).status).toBe(200);
    const preflight = await fetch(`${service.issuer}/aws/public/assign_queue_num`, { method: 'OPTIONS' });
    expect(preflight.status).toBe(200);
  });
});
