import { connect } from 'node:net';
import Koa from 'koa';
import request from 'supertest';
import { afterEach, describe, expect, test } from 'vitest';
import { readJson } from '#http/body.ts';
import { createClientAddress } from '#http/client-address.ts';
import { labelDoor } from '#http/door.ts';
import { health } from '#http/health.ts';
import { Problem, problems } from '#http/problem.ts';
import { createPublicUrls } from '#http/public-urls.ts';
import { requestLog } from '#http/request-log.ts';
import { createRequestRecord } from '#http/request-record.ts';
import { securityHeaders } from '#http/security-headers.ts';
import type { Listening } from '#support/listen.ts';
import { listen } from '#support/listen.ts';
import { samplesOf } from '#support/metric-samples.ts';
import type { Log } from '#telemetry/log.ts';
import { createLog } from '#telemetry/log.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { RoomClosed, RoomNotFound, StoreEvicts, StoreUnavailable } from '#waiting-room/errors.ts';

let running: Listening | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function serve(...middleware: Koa.Middleware[]) {
  const app = new Koa();
  for (const each of middleware) app.use(each);
  running = await listen(app);
  return running.url;
}

/** A log and the records that were written to it. */
function recorded(): { log: Log; records: Record<string, unknown>[] } {
  const records: Record<string, unknown>[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => records.push(JSON.parse(line)) } });
  return { log, records };
}

const failing = (error: unknown) => () => Promise.reject(error);

describe('problems', () => {
  test.each([
    [new RoomNotFound('sale'), 404, 'room_not_found'],
    [new RoomClosed('sale'), 403, 'room_closed'],
    [new StoreUnavailable(new Error('connect ECONNREFUSED')), 503, 'store_unavailable'],
    [new Problem('idempotency_key_reused'), 422, 'idempotency_key_reused'],
  ])('%s is answered with its status and code', async (error, status, code) => {
    const url = await serve(problems(recorded()), failing(error));
    const answer = await request(url).get('/').expect(status);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ type: `urn:anteroom:problem:${code}`, status, code });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.text).not.toContain('ECONNREFUSED');
  });

  test('an unexpected error is logged in full, and the client sees no details', async () => {
    const { log, records } = recorded();
    const url = await serve(
      problems({ log }),
      failing(new Error('a secret detail', { cause: new Error('its cause') })),
    );
    const answer = await request(url).get('/').expect(500);
    expect(answer.body.code).toBe('internal_error');
    expect(answer.text).not.toContain('secret');
    expect(records).toMatchObject([
      { level: 'error', err: { message: 'a secret detail', cause: { message: 'its cause' } } },
    ]);
  });

  test('an unavailable store is answered with Retry-After', async () => {
    const url = await serve(problems(recorded()), failing(new StoreUnavailable(null)));
    const answer = await request(url).get('/').expect(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('a body', () => {
  test('that is too long is refused before it is read to its end, with and without a declared length', async () => {
    const url = await serve(problems(recorded()), async (ctx) => {
      ctx.body = (await readJson(ctx, { limit: 100 })) as object;
    });
    await request(url).post('/').send({ short: true }).expect(200);
    await request(url)
      .post('/')
      .send({ long: 'x'.repeat(100) })
      .expect(413);

    const { hostname, port } = new URL(url);
    const status = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
        );
        socket.write(`c8\r\n${'x'.repeat(200)}\r\n`);
      });
      socket.once('data', (data) => {
        resolve(String(data).slice(0, 12));
        socket.destroy();
      });
      socket.once('error', reject);
    });
    expect(status).toBe('HTTP/1.1 413');
  });
});

describe('security headers', () => {
  const headersFor = async (issuer: string) => {
    const url = await serve(securityHeaders(createPublicUrls(issuer)), (ctx) => {
      ctx.body = 'here';
    });
    return (await request(url).get('/')).headers;
  };

  test('allow only the own origin, and do not restrict forms', async () => {
    const headers = await headersFor('http://localhost:3000');
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('form-action');
    expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' });
  });

  test('include HSTS only if the issuer is https', async () => {
    expect(await headersFor('http://localhost:3000')).not.toHaveProperty('strict-transport-security');
    await running?.close();
    expect(await headersFor('https://wait.example')).toHaveProperty('strict-transport-security');
  });
});

describe('the request log', () => {
  test('has the path without the query, the door and the status, as the metrics do', async () => {
    const { log, records } = recorded();
    const metrics = createMetrics({ processMetrics: false });
    const url = await serve(
      requestLog(createRequestRecord({ log, metrics, clientAddress: createClientAddress(0) })),
      labelDoor('public'),
      (ctx) => {
        ctx.body = 'here';
      },
    );
    await request(url)
      .get('/enter?code=s3cret')
      .set('Cookie', 's3cret')
      .set('Authorization', 'Bearer s3cret')
      .expect(200);
    await expect.poll(() => records.length).toBe(1);
    expect(records[0]).toMatchObject({ door: 'public', method: 'GET', path: '/enter', status: 200 });
    expect(JSON.stringify(records)).not.toContain('s3cret');
    expect(samplesOf((await metrics.expose()).text, 'anteroom_http_request_duration_seconds_count')).toEqual([
      'anteroom_http_request_duration_seconds_count{door="public",status="200"} 1',
    ]);
  });

  test.each(['info', 'debug'] as const)('has addresses at the level debug only: at %s', async (level) => {
    const lines: string[] = [];
    const log = createLog({ level, destination: { write: (line) => void lines.push(line) } });
    const metrics = createMetrics({ processMetrics: false });
    const url = await serve(
      requestLog(createRequestRecord({ log, metrics, clientAddress: createClientAddress(1) })),
      (ctx) => {
        ctx.body = 'here';
      },
    );
    await request(url).get('/').set('X-Forwarded-For', '198.51.100.1').expect(200);
    await expect.poll(() => lines.length).toBe(1);
    expect(lines.join().includes('"address":"198.51.100.1"')).toBe(level === 'debug');
  });
});

describe('health', () => {
  const metrics = createMetrics({ processMetrics: false });
  const well = { ping: async () => {}, missingRooms: async () => [], draining: () => false, metrics };

  test('is live and ready by default', async () => {
    const url = await serve(health(well));
    await request(url).get('/livez').expect(200);
    await request(url).get('/readyz').expect(200);
  });

  test.each([
    ['refuses', () => Promise.reject(new StoreUnavailable(null))],
    ['does not answer in time', () => new Promise<void>(() => {})],
  ])('is live but not ready when the store %s', async (_, ping) => {
    const url = await serve(health({ ...well, ping, patience: 20 }));
    await request(url).get('/livez').expect(200);
    const answer = await request(url).get('/readyz').expect(503);
    expect(answer.body.code).toBe('store_unavailable');
  });

  test('is not ready while the store may evict lines, and says why', async () => {
    const url = await serve(health({ ...well, ping: () => Promise.reject(new StoreEvicts('allkeys-lru')) }));
    const answer = await request(url).get('/readyz').expect(503);
    expect(answer.body).toMatchObject({ code: 'store_evicts', detail: expect.stringContaining('allkeys-lru') });
    expect(answer.headers['retry-after']).toBeDefined();
  });

  test('is not ready while the lines of rooms are missing, and says how many', async () => {
    const url = await serve(health({ ...well, missingRooms: async () => ['sale', 'tour'] }));
    const answer = await request(url).get('/readyz').expect(503);
    expect(answer.body).toMatchObject({ code: 'store_unavailable', detail: expect.stringContaining('2 rooms') });
    expect(answer.text).not.toContain('sale');
  });

  test('is not ready while it drains', async () => {
    const url = await serve(health({ ...well, draining: () => true }));
    const answer = await request(url).get('/readyz').expect(503);
    expect(answer.body.code).toBe('draining');
  });

  test('serves the metrics, and passes on all other paths', async () => {
    const url = await serve(health(well));
    const answer = await request(url).get('/metrics').expect(200);
    expect(answer.type).toBe('text/plain');
    expect(answer.text).toContain('anteroom_polls_total');
    await request(url).get('/').expect(404);
    await request(url).post('/livez').expect(404);
  });

  test('serves the metrics to those who present the token only, where there is one', async () => {
    const url = await serve(health({ ...well, metricsToken: 'the-token-of-prometheus!' }));
    await request(url).get('/metrics').set('Authorization', 'Bearer the-token-of-prometheus!').expect(200);
    for (const wrong of [
      '',
      'Bearer',
      'Bearer the-token',
      'Basic the-token-of-prometheus!',
      'the-token-of-prometheus!',
    ]) {
      const answer = await request(url).get('/metrics').set('Authorization', wrong).expect(401);
      expect([answer.body.code, answer.headers['www-authenticate']]).toEqual(['unauthorized', 'Bearer']);
      expect(answer.text).not.toContain('anteroom_polls_total');
    }
    await request(url).get('/livez').expect(200);
    await request(url).get('/readyz').expect(200);
  });
});
