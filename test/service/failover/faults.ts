/** The ways in which a Redis under load loses what it had answered. Each ends with a writable Redis at the forwarder. */
import { setTimeout as delay } from 'node:timers/promises';
import { startForwarder } from './forwarder.ts';
import { createServer, type Server } from './redis-server.ts';

/** A Redis behind one address, and what will happen to it. */
export interface Setting {
  readonly url: string;
  /** Resolves once a writable Redis is at the address: when, and the server that is there. */
  strike(): Promise<{ readonly writableAt: number; readonly server: Server }>;
  close(): Promise<void>;
}

export type FaultName = keyof typeof FAULTS;

const between = (from: number, to: number) => from + Math.random() * (to - from);

async function single(strike: (server: Server) => Promise<void>): Promise<Setting> {
  const server = await createServer();
  await server.start();
  const forwarder = await startForwarder(server.port);
  return {
    url: `redis://127.0.0.1:${forwarder.port}`,
    async strike() {
      await strike(server);
      // Connections of a killed server are gone already; nobody can reach the new one before this.
      forwarder.switchTo(server.port);
      return { writableAt: Date.now(), server };
    },
    async close() {
      await forwarder.close();
      await server.remove();
    },
  };
}

/** A replica that is behind by a part of a second takes over; the primary is killed, or lives on unreachable. */
async function promotion(killed: boolean): Promise<Setting> {
  const [primary, replica] = [await createServer(), await createServer(['--repl-diskless-sync-delay', '0'])];
  await primary.start();
  await replica.start();
  const link = await startForwarder(primary.port);
  await replica.cli('REPLICAOF', '127.0.0.1', `${link.port}`);
  while (!(await replica.cli('INFO', 'replication')).includes('master_link_status:up')) await delay(50);
  const forwarder = await startForwarder(primary.port);
  return {
    url: `redis://127.0.0.1:${forwarder.port}`,
    async strike() {
      link.hold();
      await delay(between(200, 1000));
      if (killed) await primary.kill();
      forwarder.switchTo(null);
      link.switchTo(null);
      await delay(between(100, 500));
      await replica.cli('REPLICAOF', 'NO', 'ONE');
      forwarder.switchTo(replica.port);
      return { writableAt: Date.now(), server: replica };
    },
    async close() {
      await forwarder.close();
      await link.close();
      await primary.remove();
      await replica.remove();
    },
  };
}

export const FAULTS = {
  /** A replica takes over from a killed primary. */
  failover: () => promotion(true),
  /** A replica takes over while the primary lives on. */
  promotion: () => promotion(false),
  /** `kill -9` and a restart on what reached the disk. */
  'kill -9': () =>
    single(async (server) => {
      await server.kill();
      await server.start();
    }),
  /** A crash of the machine: the restart finds everything but the last second. */
  'last second': () =>
    single(async (server) => {
      await server.remember();
      await delay(between(300, 1000));
      await server.kill();
      await server.revert();
      await server.start();
    }),
  /** A restart finds files that are several seconds old. */
  'old snapshot': () =>
    single(async (server) => {
      await server.remember();
      await delay(between(3000, 5000));
      await server.kill();
      await server.revert();
      await server.start();
    }),
  /** `kill -9`, and a restart on nothing. */
  'empty restart': () =>
    single(async (server) => {
      await server.kill();
      await server.clear();
      await server.start();
    }),
  FLUSHALL: () =>
    single(async (server) => {
      await server.cli('FLUSHALL');
    }),
} satisfies Record<string, () => Promise<Setting>>;
