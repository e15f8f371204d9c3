import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { freePort } from '#support/ports.ts';
import { arrive, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { createFolder, environment, type Folder, ready, statusOf } from './process.ts';

const SETTINGS = `
rooms:
  - { id: sale, inlet: { strategy: manual } }
relying_parties:
  - { client_id: shop, client_secret: '${SECRET}', room: sale, redirect_uris: ['${REDIRECT_URI}'] }
`;
const PARENT = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' };

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}

/** A collector that keeps what it receives. */
async function startCollector() {
  const received: { readonly headers: IncomingHttpHeaders; readonly url: string; readonly body: Buffer }[] = [];
  const server: Server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    received.push({ headers: req.headers, url: req.url ?? '', body: Buffer.concat(chunks) });
    res.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const spans = (): readonly OtlpSpan[] =>
    received.flatMap(({ body }) =>
      JSON.parse(body.toString()).resourceSpans.flatMap((resource: { scopeSpans: { spans: OtlpSpan[] }[] }) =>
        resource.scopeSpans.flatMap((scope) => scope.spans),
      ),
    );
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    spans,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

let folder: Folder;
let collector: Awaited<ReturnType<typeof startCollector>>;
let port: number;
let issuer: string;

beforeEach(async () => {
  folder = await createFolder();
  collector = await startCollector();
  port = await freePort();
  issuer = `http://127.0.0.1:${port}`;
  await folder.write('anteroom.yaml', SETTINGS);
});
afterEach(async () => {
  await folder.remove();
  await collector.stop();
});

async function start(more: Readonly<Record<string, string>>) {
  const run = folder.run({ ...(await environment(folder, port)), OTEL_BSP_SCHEDULE_DELAY: '200', ...more });
  await ready(run, issuer);
  return run;
}

const OVER_JSON = () => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
});

test('a stranger decides neither what is sampled nor what routes there are', async () => {
  await start({ ...OVER_JSON(), OTEL_TRACES_SAMPLER: 'parentbased_always_on' });
  const traceparent = `00-${PARENT.trace}-${PARENT.span}-00`;
  await fetch(`${issuer}/rooms/sale/tickets/made-up`, {
    method: 'OPTIONS',
    headers: { 'Access-Control-Request-Method': 'GET', Origin: 'https://elsewhere.example' },
  });
  await fetch(`${issuer}/rooms/sale/status`, { headers: { traceparent } });
  await expect.poll(() => collector.spans().map(({ name }) => name)).toContain('GET /rooms/{id}/status');
  expect(collector.spans().map(({ name }) => name)).toContain('OPTIONS');
  expect(collector.spans().some(({ traceId }) => traceId === PARENT.trace)).toBe(false);
});

test('a request has a span, its calls of the store are below it, and no query is in either', async () => {
  await start({ ...OVER_JSON(), TRUST_PROXY: '1' });
  const { page } = await arrive(createBrowser(), issuer);
  expect(page).toContain('?');
  const traceparent = `00-${PARENT.trace}-${PARENT.span}-01`;
  const status = await fetch(`${issuer}/rooms/sale/status?code=a-secret`, { headers: { traceparent } });
  expect(status.status).toBe(200);
  await fetch(`${issuer}/made-up/${'x'.repeat(30)}`);

  await expect.poll(() => collector.spans().map(({ name }) => name)).toContain('GET /rooms/{id}/status');
  const spans = collector.spans();
  const named = (name: string) => spans.find((span) => span.name === name);
  expect(named('GET /rooms/{id}/status')).toMatchObject({ traceId: PARENT.trace, parentSpanId: PARENT.span });
  const join = named('GET /authorize');
  expect(join?.parentSpanId ?? '').toBe('');
  const below = spans.filter(({ parentSpanId }) => parentSpanId === join?.spanId);
  expect(below.map(({ name }) => name)).toContain('store join');
  expect(spans.some(({ name }) => name.includes('made-up'))).toBe(false);
  const said = JSON.stringify(spans);
  expect(said).not.toContain('a-secret');
  expect(said).not.toContain('client_id');
});

test('they are sent as protobuf by default, the last at the end of the process', async () => {
  const run = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '60000' });
  expect(await statusOf(`${issuer}/rooms/sale/status`)).toBe(200);
  run.child.kill('SIGTERM');
  expect(await run.ended).toEqual([0, null]);
  const [sent] = collector.received;
  expect(sent?.url).toBe('/v1/traces');
  expect(sent?.headers['content-type']).toBe('application/x-protobuf');
  expect(sent?.body.toString('latin1')).toContain('GET /rooms/{id}/status');
});

test('a collector that is away delays neither an answer nor the end', async () => {
  const away = `http://127.0.0.1:${await freePort()}`;
  const run = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: away, OTEL_EXPORTER_OTLP_TIMEOUT: '500' });
  for (let n = 0; n < 20; n++) expect(await statusOf(`${issuer}/rooms/sale/status`)).toBe(200);
  await expect.poll(run.output).toContain('traces were not delivered');
  expect(run.output().split('traces were not delivered')).toHaveLength(2);
  run.child.kill('SIGTERM');
  expect(await run.ended).toEqual([0, null]);
});
