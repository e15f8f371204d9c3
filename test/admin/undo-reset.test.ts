import { expect, test } from 'vitest';
import { onEachStore } from '#support/on-each-store.ts';
import { ADMIN_TOKEN } from '#support/service.ts';

const OPERATOR = 'token-of-anna-who-is-an-operator';
const VIEWER = 'token-of-vera-who-is-a-viewer-xx';
const HOUR = 60 * 60 * 1000;

onEachStore(
  'undoing a reset',
  {
    rooms: [
      ...['back', 'roles', 'inside', 'size', 'late', 'twice', 'none', 'gone'].map((id) => ({ id })),
      { id: 'lanes', lanes: { members: 0.5 }, inlet: { strategy: 'manual' as const, size: 10 } },
    ],
    namedTokens: [
      { name: 'anna', role: 'operator', token: OPERATOR },
      { name: 'vera', role: 'viewer', token: VIEWER },
    ],
  },
  (service) => {
    async function call(method: string, path: string, body?: object, token: string = ADMIN_TOKEN) {
      const answer = await fetch(`${service.listensOn}${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Connection: 'close' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      // biome-ignore lint/suspicious/noExplicitAny: an answer of any route.
      return { status: answer.status, body: (await answer.json().catch(() => null)) as any };
    }
    const admin = (method: string, path: string, body?: object, token?: string) =>
      call(method, `/admin/v1/rooms/${path}`, body, token);
    const last = async (room: string) => (await admin('GET', `${room}/reset/undo`, undefined, VIEWER)).body.last;
    const undo = async (room: string, token?: string) =>
      admin('POST', `${room}/reset/undo`, { id: (await last(room))?.id ?? 'none' }, token);
    const join = async (room: string): Promise<string> =>
      (await call('POST', `/rooms/${room}/tickets`, {})).body.ticket;
    const facts = (room: string, ticket: string) => call('GET', `/rooms/${room}/tickets/self`, undefined, ticket);
    const claim = (room: string, ticket: string) => call('POST', `/rooms/${room}/tickets/self/claim`, {}, ticket);

    test('brings numbers and admissions back, also after a restart, and says so', async () => {
      const [ann, ben] = [await join('back'), await join('back')];
      await admin('POST', 'back/serving-counter', { increment_by: 1 });
      expect((await claim('back', ann)).status).toBe(200);
      expect(await last('back')).toBeNull();
      await admin('POST', 'back/reset');
      expect(await facts('back', ben)).toMatchObject({ status: 401, body: { code: 'ticket_invalid' } });
      const eve = await join('back');
      await service.restart({ rooms: [] });
      expect(await last('back')).toMatchObject({
        ...{ by: 'admin', waiting: 1, inside: 1, issued_since: 1, refused: null },
      });
      const { at, until } = await last('back');
      expect(Date.parse(until) - Date.parse(at)).toBe(HOUR);
      expect(await undo('back')).toMatchObject({ status: 200, body: { undone: { waiting: 1, inside: 1 } } });
      expect(await facts('back', ben)).toMatchObject({ status: 200, body: { state: 'waiting', number: 2 } });
      expect((await claim('back', ann)).status).toBe(200);
      expect(await facts('back', eve)).toMatchObject({ status: 401 });
      expect((await facts('back', await join('back'))).body.number).toBe(3);
      expect(await undo('back')).toMatchObject({ status: 409, body: { code: 'nothing_to_undo' } });
      const entries = async () => (await service.store.audit.newest({ max: 5 })).map(({ entry }) => JSON.parse(entry));
      const noted = { by: 'admin', waiting: 1, inside: 1, issued_since: 1 };
      await expect
        .poll(entries)
        .toContainEqual(
          expect.objectContaining({ action: 'reset.undone', subject: 'back', detail: expect.objectContaining(noted) }),
        );
      expect(service.told).toContainEqual(
        expect.objectContaining({ type: 'line.restored', room: 'back', by: 'admin', waiting: 1, inside: 1 }),
      );
    });

    test('is for those who may reset', async () => {
      await admin('POST', 'roles/reset');
      for (const token of [OPERATOR, VIEWER]) {
        expect(await undo('roles', token)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      }
      expect((await undo('roles')).status).toBe(200);
    });

    test('is refused once somebody was let in', async () => {
      await join('inside');
      await admin('POST', 'inside/reset');
      await admin('POST', 'inside/serving-counter', { increment_by: 1 });
      await join('inside');
      expect((await last('inside')).refused).toBe('let_in_since_reset');
      expect(await undo('inside')).toMatchObject({ status: 409, body: { code: 'let_in_since_reset' } });
    });

    test('is refused where the line does not fit into the size', async () => {
      const [ann, ben] = [await join('size'), await join('size')];
      await admin('POST', 'size/serving-counter', { increment_by: 2 });
      for (const each of [ann, ben]) expect((await claim('size', each)).status).toBe(200);
      await admin('PATCH', 'size', { mode: 'paused' });
      await admin('POST', 'size/reset');
      await admin('PATCH', 'size', { inlet: { size: 1 } });
      expect(await undo('size')).toMatchObject({ status: 409, body: { code: 'line_does_not_fit' } });
      await admin('PATCH', 'size', { inlet: { size: 2 } });
      expect(await undo('size')).toMatchObject({ status: 200, body: { undone: { inside: 2 } } });
      expect((await admin('GET', 'size')).body.mode).toBe('paused');
    });

    test('is of the latest reset', async () => {
      await join('twice');
      await admin('POST', 'twice/reset');
      const first = await last('twice');
      await join('twice');
      await admin('POST', 'twice/reset');
      expect(await admin('POST', 'twice/reset/undo', { id: first.id })).toMatchObject({
        ...{ status: 409, body: { code: 'undo_stale' } },
      });
      expect(await last('twice')).toMatchObject({ waiting: 1 });
      const { id } = await last('twice');
      const both = await Promise.all([1, 2].map(() => admin('POST', 'twice/reset/undo', { id })));
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    });

    test('is over after an hour, and says why', async () => {
      await join('late');
      await admin('POST', 'late/reset');
      const { id } = await last('late');
      service.time.pass(HOUR + 1000);
      expect(await last('late')).toBeNull();
      expect(await admin('POST', 'late/reset/undo', { id })).toMatchObject({
        ...{ status: 409, body: { code: 'undo_expired' } },
      });
    });

    test('is of nothing in a room that was not reset, or was made again', async () => {
      expect(await last('none')).toBeNull();
      expect(await undo('none')).toMatchObject({ status: 409, body: { code: 'nothing_to_undo' } });
      await join('gone');
      await admin('POST', 'gone/reset');
      await admin('DELETE', 'gone');
      expect((await admin('GET', 'gone/reset/undo')).status).toBe(404);
      await admin('PUT', 'gone', {});
      expect(await last('gone')).toBeNull();
    });

    test('brings all lanes back, and is refused where one is gone', async () => {
      const { line } = service.store;
      const entrant = [{ visitor: 'ann', claim: false }];
      for (const id of ['lanes', 'lanes/members', 'lanes/members']) await line.join(id, entrant, service.time.now());
      await admin('POST', 'lanes/reset');
      expect((await admin('GET', 'lanes/counters')).body.queue).toBe(0);
      expect(await undo('lanes')).toMatchObject({ status: 200, body: { undone: { waiting: 3 } } });
      expect((await admin('GET', 'lanes/counters')).body).toMatchObject({
        ...{ queue: 3, lanes: { default: { queue: 1 }, members: { queue: 2 } } },
      });
      await admin('POST', 'lanes/reset');
      await admin('PATCH', 'lanes', { lanes: { members: null, press: 0.5 } });
      expect((await last('lanes')).refused).toBe('line_does_not_fit');
      expect(await undo('lanes')).toMatchObject({ status: 409, body: { code: 'line_does_not_fit' } });
    });
  },
);
