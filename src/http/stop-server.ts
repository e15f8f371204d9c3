import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { HEALTH_PATHS } from './health.ts';

/** After so many ms without an arrival, the balancer has stopped sending requests. */
const QUIET = 1000;
/** A turn of the event loop that takes less than this, in ms, had nothing but new connections to handle. */
const CALM = 0.2;
const CALM_PATIENCE = 2000;
/** How long a new connection may take to send its request once the port is closed, in ms. */
const SILENCE = 1000;
/** How long running requests may take once the port is closed, in ms. */
const RUNNING = 10_000;

/**
 * Returns a function that stops the server without cutting off a request. It keeps answering for `drainDelay` ms, and at
 * most as long again while requests still arrive. Then it closes the port and idle connections, and resolves when running
 * requests are answered. Meanwhile the listener must close each connection with its answer.
 *
 * To be called before the first connection.
 *
 * @param basePath the path of the public URL; empty if it has none.
 */
export function createStopServer(server: Server, basePath: string): (drainDelay: number) => Promise<void> {
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });

  return async (drainDelay) => {
    await balancerStopped(server, drainDelay, basePath);
    server.closeIdleConnections();
    await acceptWaiting();
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    const silent = setTimeout(() => {
      // Browsers open connections in advance. Node does not count one as idle before its first request.
      for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
    }, SILENCE);
    const late = setTimeout(() => server.closeAllConnections(), RUNNING);
    await closed;
    clearTimeout(silent);
    clearTimeout(late);
  };
}

async function balancerStopped(server: Server, drainDelay: number, basePath: string): Promise<void> {
  // Requests count as arrivals, except those that a balancer sends to processes it has removed too.
  const health = new Set([...HEALTH_PATHS].flatMap((path) => [path, basePath + path]));
  let latest = performance.now();
  const latestEnd = latest + 2 * drainDelay;
  server.prependListener('request', ({ url = '' }) => {
    if (!health.has(url)) latest = performance.now();
  });
  await delay(drainDelay);
  while (performance.now() < Math.min(latest + QUIET, latestEnd)) await delay(20);
}

/**
 * Resolves when the server has just accepted every waiting connection: closing the port resets those that it has not.
 * Node accepts all at once in each turn of the event loop, so the shorter the turn, the fewer have come since.
 */
async function acceptWaiting(): Promise<void> {
  const end = performance.now() + CALM_PATIENCE;
  for (;;) {
    // A process that has just slept is less likely to lose the processor before it has closed the port.
    await delay(1);
    const start = performance.now();
    await turn();
    const now = performance.now();
    if (now - start < CALM || now > end) return;
  }
}
