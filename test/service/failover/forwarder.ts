/** A TCP forwarder whose target the test switches, as the DNS name of a managed Redis is switched at a failover. */

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

export interface Forwarder {
  readonly port: number;
  /** Closes all connections; later ones go to this port of 127.0.0.1, or are refused where it is null. */
  switchTo(port: number | null): void;
  /** Keeps back what the target sends from now on. It is lost at the next switch. */
  hold(): void;
  close(): Promise<void>;
}

export async function startForwarder(target: number | null): Promise<Forwarder> {
  let port = target;
  let holding = false;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    if (port === null) return void near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk) => {
        if (from === near || !holding) to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    switchTo(next) {
      port = next;
      holding = false;
      drop();
    },
    hold() {
      holding = true;
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      drop();
      return closed;
    },
  };
}
