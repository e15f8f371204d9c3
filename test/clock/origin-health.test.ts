import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createOriginHealth, type OriginHealth, type OriginHealthDeps } from '#clock/origin-health.ts';
import { createOutbound } from '#outbound/index.ts';
import { check } from '#settings/faults.ts';
import { room as roomSchema } from '#settings/room.ts';
import type { OriginSignal } from '#waiting-room/origin-signal.ts';
import type { RoomSettings } from '#waiting-room/room.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let url: string;
let answer: Answer;
let asked: string[];
let rooms: RoomSettings[];
let time: number;
let signals: (OriginSignal & { readonly room: string })[];
let said: string[];
/** Of the errors that were logged. */
let reasons: string[];
let originHealth: OriginHealth;

const ok: Answer = (_, response) => void response.writeHead(200).end('fine');
const broken: Answer = (_, response) => void response.writeHead(503).end();

beforeEach(async () => {
  [answer, asked, rooms, signals, said, reasons, time] = [ok, [], [], [], [], [], 1_000_000];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  originHealth = create();
});
afterEach(async () => {
  await originHealth.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function create(more: Partial<OriginHealthDeps> = {}): OriginHealth {
  const say = ({ err }: { readonly err?: Error }, message?: string) => {
    said.push(message ?? '');
    if (err) reasons.push(`${err.message} ${err.cause ?? ''}`);
  };
  return createOriginHealth({
    rooms: async () => rooms,
    signal: async (room, signal) => void signals.push({ room, ...signal }),
    outbound: createOutbound({ allowPrivateTargets: true }),
    now: () => time,
    log: { info: say, warn: say } as OriginHealthDeps['log'],
    onError: (error) => {
      throw error;
    },
    patience: 200,
    ...more,
  });
}

function room(id: string, inlet: object, more: object = {}): RoomSettings {
  const checked = check(roomSchema, {
    id,
    inlet: {
      strategy: 'adaptive',
      min_per_minute: 60,
      max_per_minute: 600,
      target_latency: '800ms',
      target_error_rate: 0.01,
      ...inlet,
    },
    ...more,
  });
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.value;
}

/** Looks, and waits for the next word on the origin. */
async function nextSignal(after = 5000): Promise<OriginSignal> {
  const before = signals.length;
  time += after;
  await originHealth.measure();
  await vi.waitFor(() => expect(signals.length).toBe(before + 1), 2000);
  const signal = signals[before];
  if (!signal) throw new Error('no signal came');
  return signal;
}

describe('the health of an origin', () => {
  beforeEach(() => {
    rooms = [room('sale', { health: { url: `${url}/health?deep=1`, every: '5s' } })];
  });

  test('is its latency and its error rate', async () => {
    answer = (request, response) => void setTimeout(() => ok(request, response), 60);
    const signal = await nextSignal();
    expect(signal).toMatchObject({ room: 'sale', errorRate: 0 });
    expect(signal.latency).toBeGreaterThanOrEqual(55);
    expect(signal.latency).toBeLessThan(190);
    expect(asked).toEqual(['/health?deep=1']);
  });

  test('is measured as often after the clock jumped back', async () => {
    await nextSignal();
    await nextSignal(-3_600_000).catch(() => undefined);
    await nextSignal();
  });

  test('is measured as often as the room says, however often measure() is called', async () => {
    await nextSignal();
    for (let second = 1; second < 5; second++) {
      time += 1000;
      await originHealth.measure();
    }
    expect(asked).toHaveLength(1);
    await nextSignal(1000);
    expect(asked).toHaveLength(2);
  });

  test('has an error rate that rises with each failure and falls with each success', async () => {
    answer = broken;
    const failing = [await nextSignal(), await nextSignal(), await nextSignal()].map(({ errorRate }) => errorRate);
    expect(failing).toEqual([0.5, 0.75, 0.875]);
    answer = ok;
    const shares = [];
    for (let n = 0; n < 8; n++) shares.push((await nextSignal()).errorRate ?? 1);
    expect(shares[0]).toBe(0.4375);
    expect(shares.at(-1)).toBeLessThan(0.01);
  });

  test('after a time-out is an error, with a latency of at least the time-out', async () => {
    answer = () => undefined;
    const { latency, errorRate } = await nextSignal();
    expect(latency).toBeGreaterThanOrEqual(195);
    expect(errorRate).toBe(0.5);
  });

  test('is an error without a latency if the connection is refused', async () => {
    answer = (_, response) => void response.destroy();
    expect(await nextSignal()).toEqual({ room: 'sale', latency: null, errorRate: 0.5 });
  });

  test('is an error if the origin redirects, and the redirect is not followed', async () => {
    answer = (_, response) => void response.writeHead(302, { Location: '/other' }).end();
    expect(await nextSignal()).toMatchObject({ errorRate: 0.5 });
    expect(asked).toHaveLength(1);
  });

  test('is not measured again before the first measurement ends, and measure() does not wait for it', async () => {
    originHealth = create({ patience: 60_000 });
    answer = () => undefined;
    for (let n = 0; n < 4; n++) {
      time += 5000;
      await originHealth.measure();
    }
    await vi.waitFor(() => expect(asked).toHaveLength(1), 2000);
    await originHealth.stop();
    expect(signals).toEqual([]);
  });

  test('is no longer measured after stop(), with another inlet, or when the room is deleted', async () => {
    await nextSignal();
    await originHealth.stop();
    const there = rooms;
    for (const others of [[room('sale', {}, { inlet: { strategy: 'manual' } })], []]) {
      rooms = others;
      time += 5000;
      await originHealth.measure();
    }
    expect(asked).toHaveLength(1);
    rooms = there;
    await nextSignal();
  });

  test('is measured during an event whose inlet is adaptive, and only then', async () => {
    const adaptive = rooms[0]?.inlet;
    const start = time + 60_000;
    const event = { id: 'opening', prequeue_start: start, start, end: start + 60_000, order: 'draw' as const };
    const plain = room('sale', {}, { inlet: { strategy: 'manual' } });
    rooms = [{ ...plain, events: [{ ...event, inlet: adaptive }] }];
    await originHealth.measure();
    expect(asked).toEqual([]);
    await nextSignal(60_000);
    time += 60_000;
    await originHealth.measure();
    expect(asked).toHaveLength(1);
  });

  test('starts again when the room changes the URL', async () => {
    answer = broken;
    await nextSignal();
    rooms = [room('sale', { health: { url: `${url}/other`, every: '5s' } })];
    expect(await nextSignal(0)).toMatchObject({ errorRate: 0.5 });
    expect(asked).toEqual(['/health?deep=1', '/other']);
  });
});

describe('the health of an origin in Prometheus', () => {
  const vector = (...values: string[]) => ({
    status: 'success',
    data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1_700_000_000, value] })) },
  });
  const scalar = (value: string) => ({
    status: 'success',
    data: { resultType: 'scalar', result: [1_700_000_000, value] },
  });
  /** Answers each query by its name. */
  const saying =
    (results: Record<string, object>, status = 200): Answer =>
    (request, response) => {
      const query = new URL(request.url ?? '', url).searchParams.get('query') ?? '';
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(results[query] ?? {}));
    };

  beforeEach(() => {
    const prometheus = { url: `${url}/prom`, latency: 'p95{site="a+b"}', error_rate: 'errors', every: '5s' };
    rooms = [room('sale', { prometheus })];
  });

  test('is the latency in seconds and the error rate, of several series the worst', async () => {
    answer = saying({ 'p95{site="a+b"}': vector('0.25', '0.5', 'NaN'), errors: scalar('0.02') });
    expect(await nextSignal()).toEqual({ room: 'sale', latency: 500, errorRate: 0.02 });
    expect(asked.map((path) => path.split('?')[0])).toEqual(['/prom/api/v1/query', '/prom/api/v1/query']);
  });

  test('may have a value for only one of the two', async () => {
    answer = saying({ 'p95{site="a+b"}': vector('NaN'), errors: vector('0') });
    expect(await nextSignal()).toEqual({ room: 'sale', latency: null, errorRate: 0 });
  });

  test.each<[string, () => Answer]>([
    ['has no value', () => saying({ 'p95{site="a+b"}': vector(), errors: vector('NaN') })],
    [
      'does not understand the query',
      () => saying({ 'p95{site="a+b"}': { status: 'error', error: 'parse error' } }, 400),
    ],
    ['answers something else', () => ok],
    ['does not answer', () => () => undefined],
    ['breaks the connection', () => (_, response) => void response.destroy()],
  ])('that %s gives no signal, and the failure and its end are logged once', async (_what, failing) => {
    answer = failing();
    for (let n = 1; n <= 3; n++) {
      time += 5000;
      await originHealth.measure();
      await vi.waitFor(() => expect(asked).toHaveLength(2 * n), 2000);
      await vi.waitFor(() => expect(said).toHaveLength(1), 2000);
      await new Promise((resolve) => setTimeout(resolve, n < 3 ? 220 : 0));
    }
    await new Promise((resolve) => setTimeout(resolve, 220));
    expect(signals).toEqual([]);
    answer = saying({ 'p95{site="a+b"}': scalar('0.1'), errors: scalar('0') });
    await nextSignal();
    expect(said).toEqual(['origin health check failed', 'origin health check succeeded again']);
  });

  test.each<[what: string, status: number, body: string, reason: string]>([
    [
      'a type of error that Prometheus has',
      400,
      '{"status":"error","errorType":"bad_data","error":"secret words"}',
      'Prometheus answered 400: it does not understand the query ',
    ],
    [
      'another type',
      500,
      '{"status":"error","errorType":"secret type","error":"secret words"}',
      'Prometheus answered 500: there is no result ',
    ],
    ['something else', 200, 'secret words', 'Prometheus answered 200: there is no result '],
    ['JSON that is no object', 200, 'null', 'Prometheus answered 200: there is no result '],
    ['too much', 200, 'x'.repeat(1024 * 1024 + 1), 'the answer is longer than 1048576 bytes '],
  ])('that answers with %s does not write into the log', async (_what, status, body, reason) => {
    answer = (_, response) => void response.writeHead(status).end(body);
    await originHealth.measure();
    await vi.waitFor(() => expect(reasons).toEqual([reason]), 2000);
  });

  test('at a refused target gives no signal, nor does a health URL there: the log says why', async () => {
    const health = { url: `${url}/health?key=secret`, every: '5s' };
    rooms = [...rooms, room('other', { health })];
    originHealth = create({ outbound: createOutbound({ allowPrivateTargets: false }) });
    await originHealth.measure();
    await vi.waitFor(() => expect(reasons).toHaveLength(2), 2000);
    for (const reason of reasons)
      expect(reason).toMatch(/^the target must not lead to this machine, .*ALLOW_PRIVATE_TARGETS/);
    expect([asked, signals]).toEqual([[], []]);
  });
});
