import { expect, test } from 'vitest';
import { onEachStore } from '#support/on-each-store.ts';
import { roomSettings } from '#support/room-settings.ts';
import { ADMIN_TOKEN } from '#support/service.ts';

const VIEWER = 'let-vera-read-only';
const settings = {
  rooms: [{ id: 'sale', admission: { confirm_window: '0s' } }, { id: 'quiet' }],
  namedTokens: [{ name: 'vera', role: 'viewer' as const, token: VIEWER }],
};

onEachStore('analytics', settings, (service) => {
  const get = (query: string, token = VIEWER, room = 'sale') =>
    fetch(`${service.listensOn}/admin/v1/rooms/${room}/analytics${query}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
  interface Answer {
    // biome-ignore lint/suspicious/noExplicitAny: the tests compare the fields.
    readonly rows: { readonly [name: string]: any }[];
    readonly errors: { readonly field: string }[];
    readonly [name: string]: unknown;
  }
  const json = async (response: Response | Promise<Response>) => (await (await response).json()) as Answer;
  const tick = () => service.waitingRoom.advance.all();

  /** Two wait for a while and one of them is let in; a third leaves. Then the minute passes. */
  async function aMinute(): Promise<string> {
    const { waitingRoom, time } = service;
    const { visitors, operations } = waitingRoom;
    // The minute may be almost over.
    time.pass(60_000 - (time.now() % 60_000));
    await tick();
    const from = new Date(Math.floor(time.now() / 60_000) * 60_000).toISOString();
    const arrive = async (visitor: string) => (await visitors.arrive('sale', { visitor, ticket: null })).ticket;
    const [ann, , cy] = [await arrive('ann'), await arrive('ben'), await arrive('cy')];
    time.pass(30_000);
    await operations.raise('sale', 1);
    await visitors.claim(ann);
    await visitors.leave(cy);
    await waitingRoom.flush();
    for (let n = 0; n < 2; n++) {
      time.pass(60_000);
      await tick();
    }
    return from;
  }

  test('rows say how many came, were let in, waited and left, and how long they waited', async () => {
    const from = await aMinute();
    const answer = await get(`?from=${from}`);
    expect(answer.status).toBe(200);
    const { rows, ...rest } = await json(answer);
    expect(rest).toMatchObject({ room: 'sale', from, step: 60 });
    expect(rows[0]).toMatchObject({
      ...{ time: from, inflow: 3, claimed: 1, left: 1, outflow: 0, waiting: 1, inside: 1 },
      ...{ predicted: { p50: null, p90: null }, within: 0, outside: 0 },
    });
    expect(Math.abs(rows[0]?.actual.p50 - 30)).toBeLessThanOrEqual(3);
    expect(rows[0]?.actual.p90).toBe(rows[0]?.actual.p50);

    // Another process goes on where this one stopped.
    const before = rows.length;
    const time = service.time.now();
    await service.restart();
    service.time.pass(time - service.time.now());
    for (let n = 0; n < 3; n++) {
      service.time.pass(60_000);
      await tick();
    }
    const after = (await json(get(`?from=${from}`))).rows;
    expect(after.slice(0, before)).toEqual(rows);
    expect(after.length).toBeGreaterThan(before);
    expect(after.at(-1)).toMatchObject({ inflow: 0, claimed: 0, waiting: 1 });

    const merged = (await json(get(`?from=${from}&step=24h`))).rows;
    const sum = (name: string) =>
      merged.reduce((total: number, each: Record<string, number>) => total + (each[name] ?? 0), 0);
    expect([sum('inflow'), sum('claimed'), sum('left')]).toEqual([3, 1, 1]);

    const csv = await get(`?from=${from}&format=csv`);
    expect(csv.headers.get('content-type')).toMatch(/^text\/csv/);
    const [header = '', first = ''] = (await csv.text()).split('\r\n');
    expect(header).toMatch(/^time,inflow,outflow,waiting,present,inside,claimed,missed,left,/);
    expect(first).toMatch(new RegExp(`^${from},3,0,1,`));
  });

  /** Some join a room. */
  const come = async (room: string, count: number) => {
    for (let n = 0; n < count; n++) await service.waitingRoom.visitors.arrive(room, { visitor: null, ticket: null });
  };
  /** The minute passes, and its row is written. */
  const rowsAfter = async (room: string) => {
    for (let n = 0; n < 2; n++) {
      service.time.pass(60_000);
      await tick();
    }
    return (await json(get('', VIEWER, room))).rows.filter(({ inflow }) => inflow > 0);
  };
  const toNextMinute = () => service.time.pass(60_000 - (service.time.now() % 60_000));

  test('those who join right after a room was created are counted', async () => {
    toNextMinute();
    await service.waitingRoom.operationsOf('ops').putRoom(roomSettings({ id: 'new' }));
    await come('new', 3);
    expect(await rowsAfter('new')).toMatchObject([{ inflow: 3, waiting: 3 }]);
  });

  test('the row of a minute with a reset and its undo counts everybody who came', async () => {
    const operations = service.waitingRoom.operationsOf('ops');
    toNextMinute();
    await operations.putRoom(roomSettings({ id: 'undone' }));
    const measure = async () => {
      service.time.pass(2000);
      await tick();
    };
    await measure();
    await come('undone', 5);
    await measure();
    await operations.reset('undone');
    await come('undone', 2);
    await measure();
    const { id } = (await operations.undoableReset('undone')) ?? { id: '' };
    await operations.undoReset('undone', id);
    await measure();
    await come('undone', 1);
    expect(await rowsAfter('undone')).toMatchObject([{ inflow: 8, waiting: 6 }]);
  });

  test('those who came before a reset, and right after it, are counted', async () => {
    const operations = service.waitingRoom.operationsOf('ops');
    toNextMinute();
    await operations.putRoom(roomSettings({ id: 'reset' }));
    service.time.pass(2000);
    await tick();
    await come('reset', 5);
    service.time.pass(2000);
    await tick();
    await operations.reset('reset');
    await come('reset', 2);
    expect(await rowsAfter('reset')).toMatchObject([{ inflow: 7, waiting: 2 }]);
  });

  test('a room where nothing happened has no rows', async () => {
    expect((await json(get('', VIEWER, 'quiet'))).rows).toEqual([]);
  });

  test.each([
    ['?step=90s', 'step'],
    ['?step=0m', 'step'],
    ['?from=yesterday', 'from'],
    ['?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'from'],
    ['?format=xml', 'format'],
  ])('%s is refused with the name of the field', async (query, field) => {
    const answer = await get(query);
    expect(answer.status).toBe(400);
    expect((await json(answer)).errors[0]?.field).toBe(field);
  });

  test('needs a token, and a room', async () => {
    expect((await get('', 'wrong')).status).toBe(401);
    expect((await get('', ADMIN_TOKEN, 'nowhere')).status).toBe(404);
  });
});
