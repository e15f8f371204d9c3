import { connect, createServer } from 'node:net';

/** A port that is free on all addresses, for a server that cannot choose one. */
export function freePort(): Promise<number> {
  return new Promise((found, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, () => {
      const address = probe.address();
      probe.close(() => found(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Resolves when a server listens on a port of 127.0.0.1. Rejects after `patience` ms. */
export async function listening(port: number, patience = 10_000): Promise<void> {
  for (const until = Date.now() + patience; Date.now() < until; ) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens on ${port}`);
}
