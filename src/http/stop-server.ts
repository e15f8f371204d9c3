import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { HEALTH_PATHS } from './health.ts';

/** After so many ms without an arrival, the balancer has stopped sending requests. */
const QUIET = 1000;
/** A turn of the event loop that takes less than this, in ms, had nothing to handle. */
const CALM = 0.2;
const CALM_PATIENCE = 2000;
/** After so many ms without a connection, a parent that accepts them has none left for this process. */
const PARENT_QUIET = 50;
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
 * @param isWorker whether a parent accepts the connections, and hands them out to its workers (`node:cluster`).
 */
export function createStopServer(
  server: Server,
  basePath: string,
  isWorker: boolean,
): (drainDelay: number) => Promise<void> {
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });

  return async (drainDelay) => {
    await balancerStopped(server, drainDelay, basePath);
    server.closeIdleConnections();
    const release = holdRequests(server);
    await acceptWaiting(server, isWorker ? PARENT_QUIET : 0);
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    release();
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
 * Keeps arriving requests until the returned function passes them on. Otherwise a busy process would answer them between
 * accepting connections and closing the port, and each answer makes a client connect again.
 */
function holdRequests(server: Server): () => void {
  const held: [IncomingMessage, ServerResponse][] = [];
  const listeners = server.listeners('request') as ((req: IncomingMessage, res: ServerResponse) => void)[];
  const hold = (req: IncomingMessage, res: ServerResponse) => void held.push([req, res]);
  server.removeAllListeners('request').on('request', hold);
  return () => {
    server.off('request', hold);
    for (const listener of listeners) server.on('request', listener);
    for (const [req, res] of held) server.emit('request', req, res);
  };
}

/**
 * Resolves when no connection waits to be accepted: closing the port resets those that do. Node accepts one in each turn
 * of the event loop, so none waited in a turn that accepted none, and the shorter that turn, the fewer have come since.
 *
 * @param quiet for how long, in ms, none has to come before that turn.
 */
async function acceptWaiting(server: Server, quiet: number): Promise<void> {
  const end = performance.now() + CALM_PATIENCE;
  let [accepted, acceptedAt] = [0, performance.now()];
  server.on('connection', () => {
    accepted++;
    acceptedAt = performance.now();
  });
  for (;;) {
    // A process that has just slept is less likely to lose the processor before it has closed the port.
    await delay(1);
    const [start, before] = [performance.now(), accepted];
    await turn();
    const now = performance.now();
    const isCalm = accepted === before && now - start < CALM && now - acceptedAt >= quiet;
    if (isCalm || now > end) return;
  }
}
