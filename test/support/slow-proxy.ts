/** A TCP proxy that delays what a server answers, as a slow or distant server does. */
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

export interface SlowProxy {
  readonly port: number;
  /** From now on, answers arrive so much later, in ms. Their order stays. */
  delay(latency: number): void;
  /** What is asked on the connections that are open now arrives only when the returned function is called. */
  holdRequests(): () => void;
  /** What the server answers is lost, and the connection breaks. */
  loseAnswers(lose: boolean): void;
  close(): Promise<void>;
}

/** Leads to `port` of 127.0.0.1. */
export async function startSlowProxy(port: number): Promise<SlowProxy> {
  let latency = 0;
  let isLosing = false;
  const links = new Set<{ isHeld: boolean; held: Buffer[]; far: Socket }>();
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const link = { isHeld: false, held: [] as Buffer[], far };
    links.add(link);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        if (!link.isHeld) other.destroy();
      });
    }
    near.on('data', (asked) => {
      if (link.isHeld) link.held.push(asked);
      else far.write(asked);
    });
    /** What is sent last is due no earlier than what was sent before. */
    let due = 0;
    far.on('data', (answer) => {
      if (isLosing) return void near.destroy();
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
    holdRequests() {
      const holding = [...links];
      for (const link of holding) link.isHeld = true;
      return () => {
        for (const { held, far } of holding) for (const asked of held.splice(0)) far.write(asked);
      };
    },
    loseAnswers(lose) {
      isLosing = lose;
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}
