/** A TCP proxy that delays what a server answers, as a slow or distant server does. */
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

export interface SlowProxy {
  readonly port: number;
  /** From now on, answers arrive so much later, in ms. Their order stays. */
  delay(latency: number): void;
  close(): Promise<void>;
}

/** Leads to `port` of 127.0.0.1. */
export async function startSlowProxy(port: number): Promise<SlowProxy> {
  let latency = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on('data', (asked) => far.write(asked));
    /** What is sent last is due no earlier than what was sent before. */
    let due = 0;
    far.on('data', (answer) => {
      due = Math.max(due, performance.now() + latency);
      setTimeout(() => near.write(answer), Math.max(0, due - performance.now()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    delay(milliseconds) {
      latency = milliseconds;
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}
