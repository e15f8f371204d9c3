import { expect, test } from 'vitest';
import { onEachStore } from '#support/on-each-store.ts';
import { ADMIN_TOKEN } from '#support/service.ts';

const OPERATOR = 'token-of-anna-who-is-an-operator';
const VIEWER = 'token-of-vera-who-is-a-viewer-xx';

onEachStore(
  'undo',
  {
    rooms: ['pause', 'chain', 'stale', 'owner', 'gone', 'event', 'stock', 'none', 'raise', 'after', 'reset'].map(
      (id) => ({ id }),
    ),
    namedTokens: [
      { name: 'anna', role: 'operator', token: OPERATOR },
      { name: 'vera', role: 'viewer', token: VIEWER },
    ],
  },
  (service) => {
    async function call(method: string, path: string, body?: object, token: string = ADMIN_TOKEN) {
      const answer = await fetch(`${service.listensOn}/admin/v1/rooms/${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Connection: 'close' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      // biome-ignore lint/suspicious/noExplicitAny: an answer of any route.
      return { status: answer.status, body: (await answer.json().catch(() => null)) as any };
    }
    const settings = async (room: string) => (await call('GET', room)).body;
    const last = async (room: string) => (await call('GET', `${room}/undo`, undefined, VIEWER)).body.last;
    const undo = async (room: string, token?: string) =>
      call('POST', `${room}/undo`, { id: (await last(room))?.id ?? 'none' }, token);

    test('is of nothing in a room that was only created', async () => {
      expect(await last('none')).toBeNull();
      expect(await undo('none')).toMatchObject({ status: 409, body: { code: 'nothing_to_undo' } });
    });

    test('says who paused a room, and brings back the mode', async () => {
      await call('PATCH', 'pause', { mode: 'paused', message: 'Back at ten.' }, OPERATOR);
      expect(await last('pause')).toMatchObject({
        ...{ action: 'settings', by: 'anna', role: 'operator', fields: ['mode', 'message'] },
        ...{ from: { mode: 'paused', message: 'Back at ten.' }, to: { mode: 'queue', message: null } },
      });
      await service.restart({ rooms: [] });
      expect(await undo('pause', OPERATOR)).toMatchObject({ status: 200, body: { undone: { to: { mode: 'queue' } } } });
      expect(await settings('pause')).toMatchObject({ mode: 'queue', message: null });
      expect(await last('pause')).toBeNull();
      const noted = {
        action: 'action.undone',
        by: 'anna',
        subject: 'pause',
        detail: { action: 'settings', by: 'anna' },
      };
      const entries = async () => (await service.store.audit.newest({ max: 5 })).map(({ entry }) => JSON.parse(entry));
      await expect
        .poll(entries)
        .toContainEqual(expect.objectContaining({ ...noted, detail: expect.objectContaining(noted.detail) }));
    });

    test('goes back through five changes, the latest first, and no further', async () => {
      for (const capacity of [1, 2, 3, 4, 5, 4, 6]) await call('PATCH', 'chain', { capacity });
      const seen: (number | null)[] = [];
      while ((await undo('chain')).status === 200) seen.push((await settings('chain')).capacity);
      expect(seen).toEqual([4, 5, 4, 3, 2]);
    });

    test('is refused for another action than the latest', async () => {
      await call('PATCH', 'stale', { message: 'one' });
      const { id } = await last('stale');
      await call('PATCH', 'stale', { message: 'two' });
      const refused = { status: 409, body: { code: 'undo_stale' } };
      expect(await call('POST', 'stale/undo', { id })).toMatchObject(refused);
      expect((await settings('stale')).message).toBe('two');
      const at = await last('stale');
      const both = await Promise.all([1, 2].map(() => call('POST', 'stale/undo', { id: at.id })));
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect((await settings('stale')).message).toBe('one');
    });

    test('needs the role that the change needed, and shows no secret', async () => {
      const secret = 's'.repeat(40);
      await call('PATCH', 'owner', { passes: { required: false, secret, issuer: 'shop' } });
      const action = await last('owner');
      expect(action).toMatchObject({ role: 'owner', fields: ['passes'], to: { passes: null } });
      expect(JSON.stringify(action)).not.toContain(secret);
      expect(await undo('owner', OPERATOR)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      expect(await undo('owner', VIEWER)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      expect((await settings('owner')).passes).toMatchObject({ issuer: 'shop' });
      expect((await undo('owner')).status).toBe(200);
      expect((await settings('owner')).passes ?? null).toBeNull();
    });

    test('keeps counting the stock that it brings back', async () => {
      await call('PATCH', 'stock', { stock: 400 });
      const { body } = await call('POST', 'stock/stock', { left: 5 });
      expect(body).toEqual({ left: 5 });
      await undo('stock');
      expect((await call('GET', 'stock/stock')).body).toEqual({ left: 400 });
      await undo('stock');
      expect((await call('GET', 'stock/stock')).body).toEqual({ left: null });
    });

    test('does not bring back an event that was cancelled', async () => {
      await call('PATCH', 'event', { capacity: 7 });
      await call('PATCH', 'event', { events: [{ id: 'opening', start: '2099-01-01T10:00:00Z' }] });
      expect((await call('POST', 'event/events/opening/cancel', { entrants: 'release' })).status).toBe(200);
      // The settings are again what the first change made them.
      expect(await last('event')).toMatchObject({ fields: ['capacity'] });
      await call('PATCH', 'event', { events: [{ id: 'encore', start: '2099-01-01T10:00:00Z' }], capacity: 8 });
      expect((await call('POST', 'event/events/encore/cancel', { entrants: 'release' })).status).toBe(200);
      expect(await last('event')).toBeNull();
    });

    async function ticketsIn(room: string, count: number) {
      const tickets: string[] = [];
      for (let n = 0; n < count; n++) {
        const answer = await fetch(`${service.listensOn}/rooms/${room}/tickets`, {
          ...{ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' },
        });
        tickets.push(((await answer.json()) as { readonly ticket: string }).ticket);
      }
      return tickets;
    }
    const self = async (room: string, ticket: string, claim = false) => {
      const url = `${service.listensOn}/rooms/${room}/tickets/self${claim ? '/claim' : ''}`;
      const answer = await fetch(url, {
        method: claim ? 'POST' : 'GET',
        headers: { Authorization: `Bearer ${ticket}` },
      });
      // biome-ignore lint/suspicious/noExplicitAny: an answer of any route.
      return { status: answer.status, body: (await answer.json()) as any };
    };

    test('lowers a raise by what nobody has claimed', async () => {
      const [ann, bob] = (await ticketsIn('raise', 2)) as [string, string];
      await call('POST', 'raise/serving-counter', { increment_by: 2 }, OPERATOR);
      expect((await self('raise', ann, true)).status).toBe(200);
      expect(await last('raise')).toMatchObject({
        ...{ action: 'raise', by: 'anna', role: 'operator' },
        ...{ raised_by: 2, unclaimed: 1, lowers_by: 1 },
      });
      expect(await undo('raise', VIEWER)).toMatchObject({ status: 403 });
      const at = await last('raise');
      const both = await Promise.all([1, 2].map(() => call('POST', 'raise/undo', { id: at.id }, OPERATOR)));
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect(both.find(({ status }) => status === 200)?.body.undone).toMatchObject({ unclaimed: 1, lowers_by: 1 });
      expect((await call('GET', 'raise/counters')).body).toMatchObject({ serving: 1, waiting: 1, active: 1 });
      expect((await self('raise', bob, true)).status).toBe(409);
      expect(await last('raise')).toBeNull();
    });

    test('is of the latest action, a raise or a change', async () => {
      await call('PATCH', 'after', { message: 'one' });
      await call('POST', 'after/serving-counter', { people: 3 });
      await call('POST', 'after/serving-counter', { increment_by: -1 });
      expect(await last('after')).toMatchObject({ action: 'raise', raised_by: 3, lowers_by: 2 });
      await call('PATCH', 'after', { message: 'two' });
      const seen: string[] = [];
      for (let done = await undo('after'); done.status === 200; done = await undo('after')) {
        seen.push(done.body.undone.action);
      }
      expect(seen).toEqual(['settings', 'raise', 'settings']);
      expect((await call('GET', 'after/counters')).body.serving).toBe(0);
      expect((await settings('after')).message).toBeNull();
    });

    test('leaves a line alone that was reset since', async () => {
      await call('POST', 'reset/serving-counter', { increment_by: 2 });
      await call('POST', 'reset/reset');
      expect(await last('reset')).toBeNull();
      await call('POST', 'reset/serving-counter', { increment_by: 3 });
      expect(await last('reset')).toMatchObject({ raised_by: 3, lowers_by: 3 });
    });

    test('goes with the room', async () => {
      await call('PATCH', 'gone', { capacity: 7 });
      await call('DELETE', 'gone');
      expect((await call('GET', 'gone/undo')).status).toBe(404);
      await call('PUT', 'gone', { capacity: 7 });
      expect(await last('gone')).toBeNull();
    });
  },
);
