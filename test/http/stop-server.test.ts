import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createHttpServer } from '#http/server.ts';
import { createStopServer } from '#http/stop-server.ts';

/** Longer than the second without an arrival after which a balancer counts as stopped. */
const DRAIN_DELAY = 1_100;

/** Milliseconds until the server has stopped, while a client requests a path every 50 ms. */
async function stopsAfter(basePath: string, path: string): Promise<number> {
  const server = createHttpServer((_req, res) => res.setHeader('Connection', 'close').end());
  const stop = createStopServer(server, basePath, false);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = setInterval(() => get({ port, path, host: '127.0.0.1' }).on('error', () => undefined), 50);
  const start = performance.now();
  await stop(DRAIN_DELAY);
  clearInterval(client);
  return performance.now() - start;
}

test.each([
  ['', '/readyz', false],
  ['', '/jwks', true],
  ['/line', '/readyz', false],
  ['/line', '/line/readyz', false],
  ['/line', '/line/metrics', false],
  ['/line', '/line/jwks', true],
])('below "%s", a request of %s holds the port open for as long again: %s', async (basePath, path, holds) => {
  expect((await stopsAfter(basePath, path)) > 1.7 * DRAIN_DELAY).toBe(holds);
});
