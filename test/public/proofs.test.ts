import { beforeEach, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { solve } from '#support/solve.ts';
import { SALE } from './room.ts';

interface Told {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the body of any answer.
  readonly body: any;
}

onEachStore('proofs of the tickets API', { rooms: [SALE, { id: 'other' }], trustProxy: 1 }, (service) => {
  beforeEach(async () => {
    await set({});
    await operations().reset('sale');
    // The allowances of all addresses come back.
    service.time.pass(60_000);
  });

  const operations = () => service.waitingRoom.operations;
  const set = (more: object) => operations().putRoom(roomSettings.parse({ ...SALE, ...more }));

  interface Sent {
    readonly ticket?: string;
    readonly room?: string;
    readonly body?: unknown;
    readonly from?: string;
  }

  async function call(method: string, path: string, { ticket, room = 'sale', body, from }: Sent = {}): Promise<Told> {
    const answer = await fetch(`${service.issuer}/rooms/${room}${path}`, {
      method,
      headers: {
        ...(ticket === undefined ? {} : { Authorization: `Bearer ${ticket}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(from === undefined ? {} : { 'X-Forwarded-For': from }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
  }

  const join = async (sent?: Sent) => (await call('POST', '/tickets', sent)).body;
  const challengeOf = async (sent?: Sent) => (await call('GET', '/challenge', sent)).body;
  const prove = (ticket: string, proof: string, room = 'sale') =>
    call('POST', '/tickets/self/proof', { ticket, body: { proof }, room });

  test('the facts say whether the visitor is proven, and where a challenge is', async () => {
    const { ticket, proven, challenge } = await join();
    expect([proven, challenge]).toEqual([false, `${service.issuer}/rooms/sale/challenge`]);
    expect((await call('GET', '/tickets/self', { ticket })).body).toMatchObject({ proven: false, challenge });
  });

  test('a room that asks for no proof names no challenge', async () => {
    await set({ challenge: 'off' });
    expect(await join()).not.toHaveProperty('challenge');
  });

  test('a proof makes a proven ticket of the same number; repeating it gives the same ticket', async () => {
    const { ticket, number } = await join();
    const challenge = await challengeOf({ ticket });
    expect(challenge.parameters).toMatchObject({ algorithm: 'SHA-256', keyLength: 32 });
    const proof = await solve(challenge);
    const proven = await prove(ticket, proof);
    expect(proven).toMatchObject({ status: 200, body: { number, proven: true } });
    expect(proven.body).not.toHaveProperty('challenge');
    expect((await prove(ticket, proof)).body.ticket).toBe(proven.body.ticket);
    expect((await prove(proven.body.ticket, proof)).body.ticket).toBe(proven.body.ticket);
    const self = await call('GET', '/tickets/self', { ticket: proven.body.ticket });
    expect(self.body).toMatchObject({ number, proven: true });
  });

  test.each<[string, (own: string) => Promise<string>]>([
    ['of another ticket', async () => solve(await challengeOf({ ticket: (await join()).ticket }))],
    ['of no ticket', async () => solve(await challengeOf())],
    ['of another room', async () => solve(await challengeOf({ room: 'other' }))],
    ['that is forged', async () => 'bm90IGEgcHJvb2Y='],
    [
      'that has expired',
      async (ticket) => {
        const proof = await solve(await challengeOf({ ticket }));
        service.time.pass(601_000);
        return proof;
      },
    ],
  ])('a proof %s is 400 proof_invalid, and the place is kept', async (_, proofFor) => {
    const { ticket, number } = await join();
    const { status, body } = await prove(ticket, await proofFor(ticket));
    expect([status, body.code]).toEqual([400, 'proof_invalid']);
    expect((await call('GET', '/tickets/self', { ticket })).body).toMatchObject({ number, proven: false });
  });

  test('a request without a proof, or without a ticket, says what it lacks', async () => {
    const { ticket } = await join();
    expect((await call('POST', '/tickets/self/proof', { ticket, body: {} })).body.code).toBe('invalid_request');
    expect((await call('POST', '/tickets/self/proof', { body: { proof: 'x' } })).body.code).toBe('ticket_required');
    expect((await call('GET', '/challenge', { ticket: 'x' })).body.code).toBe('ticket_invalid');
    expect((await call('GET', '/challenge', { room: 'none' })).body.code).toBe('room_not_found');
  });

  test('an address that joins too often gets 429 with a challenge, and joins with its proof, once', async () => {
    const from = '192.0.2.1';
    await set({ limits: { joins_per_address: '3/1m' } });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => call('POST', '/tickets', { from })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get('Retry-After')).toBe('20');
    expect(refused?.body).toMatchObject({
      code: 'challenge_required',
      challenge: `${service.issuer}/rooms/sale/challenge`,
    });
    const proof = await solve(await challengeOf({ from }));
    expect(await call('POST', '/tickets', { from, body: { proof } })).toMatchObject({
      status: 201,
      body: { proven: true, number: 4 },
    });
    const again = await call('POST', '/tickets', { from, body: { proof } });
    expect([again.status, again.body.code]).toEqual([400, 'proof_invalid']);
    expect((await call('POST', '/tickets', { from: '192.0.2.77' })).status).toBe(201);
    expect(service.told.filter(({ type }) => type === 'abuse.suspected')).toHaveLength(1);
  });

  test('a visitor beyond the budget of the address is absent, and takes the turn with a proof only', async () => {
    await set({ limits: { unproven_per_address: 1 } });
    const from = '192.0.2.1';
    const [first, second] = [await join({ from }), await join({ from })];
    for (const { ticket } of [first, second]) await call('GET', '/tickets/self', { ticket });
    await service.waitingRoom.flush();
    expect(await operations().counters('sale')).toMatchObject({ waiting: 2, present: 1 });

    await operations().raise('sale', 2);
    service.time.pass(1000);
    const facts = async (ticket: string) => (await call('GET', '/tickets/self', { ticket })).body;
    const { challenge } = second;
    expect(await facts(first.ticket)).toMatchObject({ state: 'served' });
    expect(await facts(second.ticket)).toMatchObject({ state: 'challenge', challenge, claim_by: expect.any(String) });
    const refused = await call('POST', '/tickets/self/claim', { ticket: second.ticket });
    expect(refused).toMatchObject({ status: 429, body: { code: 'challenge_required', challenge } });
    const proven = await prove(second.ticket, await solve(await challengeOf({ ticket: second.ticket })));
    expect(proven.body).toMatchObject({ state: 'served', number: 2 });
    expect((await call('POST', '/tickets/self/claim', { ticket: proven.body.ticket })).status).toBe(200);
  });

  test('a newcomer beyond the budget of the address takes no free place before a proof', async () => {
    await set({ limits: { unproven_per_address: 1 } });
    await operations().raise('sale', 2);
    const from = '192.0.2.2';
    const [first, second] = [await join({ from }), await join({ from })];
    expect([first.state, second.state]).toEqual(['served', 'waiting']);
    const proven = await prove(second.ticket, await solve(await challengeOf({ ticket: second.ticket })));
    await service.waitingRoom.flush();
    service.time.pass(1000);
    const { body } = await call('GET', '/tickets/self', { ticket: proven.body.ticket });
    expect(body).toMatchObject({ state: 'served', number: 2 });
  });

  test('a ticket is present from its first heartbeat on, which is due soon', async () => {
    const { ticket, heartbeat_after } = await join();
    expect(heartbeat_after).toBeLessThanOrEqual(5);
    await service.waitingRoom.flush();
    expect(await operations().counters('sale')).toMatchObject({ waiting: 1, present: 0 });
    await call('GET', '/tickets/self', { ticket });
    await service.waitingRoom.flush();
    expect(await operations().counters('sale')).toMatchObject({ waiting: 1, present: 1 });
  });

  test('a used-up ticket, however often it is repeated, joins at the back no oftener than its address may', async () => {
    await set({ limits: { joins_per_address: '3/1m' }, admission: { claim_window: '1m', missed_turn: 'back' } });
    const { ticket } = await join({ from: '192.0.2.9' });
    const proven = (await prove(ticket, await solve(await challengeOf({ ticket })))).body.ticket;
    await operations().raise('sale', 1);
    expect((await call('POST', '/tickets/self/claim', { ticket: proven })).status).toBe(200);
    await call('DELETE', '/tickets/self', { ticket: proven });
    const rejoin = () => call('POST', '/tickets/self/rejoin', { ticket: proven, from: '192.0.2.10' });
    const answers = [await rejoin(), await rejoin(), await rejoin(), await rejoin()];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers[0]?.body).toMatchObject({ proven: false });
  });

  test('a used-up ticket beyond the limit joins at the back with a proof, once', async () => {
    await set({ limits: { joins_per_address: '1/1m' } });
    const from = '192.0.2.11';
    const { ticket } = await join({ from });
    await operations().raise('sale', 1);
    await call('POST', '/tickets/self/claim', { ticket });
    await call('DELETE', '/tickets/self', { ticket });
    const rejoin = (body?: object) => call('POST', '/tickets/self/rejoin', { ticket, from, ...(body ? { body } : {}) });
    expect(await rejoin()).toMatchObject({ status: 429, body: { code: 'challenge_required' } });
    const proof = await solve(await challengeOf({ from }));
    expect(await rejoin({ proof })).toMatchObject({ status: 200, body: { number: 2, proven: true } });
    expect(await rejoin({ proof })).toMatchObject({ status: 400, body: { code: 'proof_invalid' } });
  });

  test('a line that is full gives no number: 503 with Retry-After', async () => {
    await set({ capacity: 2 });
    const { ticket } = await join();
    await join();
    await call('GET', '/tickets/self', { ticket });
    await service.waitingRoom.flush();
    service.time.pass(1500);
    await set({ capacity: 1 });
    const { status, headers, body } = await call('POST', '/tickets');
    expect([status, body.code]).toEqual([503, 'room_full']);
    expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
    expect((await call('GET', '/tickets/self', { ticket })).status).toBe(200);
  });
});
