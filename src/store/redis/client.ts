import { Cluster, type Redis } from 'ioredis';
import type { RedisAddress } from './address.ts';
import { BatchingRedis } from './batching-redis.ts';
import { bare, replyCode } from './unavailable.ts';

/** A connection to one Redis, or to a cluster. */
export type RedisClient = Redis | Cluster;

/** Told when the connection is lost and when it is back; a pino logger fits. */
export interface StoreLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** How long Redis may be silent while a command waits, in ms. Then the client reconnects. */
const SILENCE = 2000;

/**
 * A client that reconnects without limit, and rejects commands at once while it is not connected. A command without an
 * answer may have been executed, so it is never sent again automatically.
 */
export function createClient(address: RedisAddress, log?: StoreLog): RedisClient {
  const client = address.cluster ? createCluster(address) : createSingle(address);
  let unavailable = false;
  client.on('error', (error: unknown) => {
    if (!unavailable) log?.warn({ err: bare(error) }, 'Redis unavailable');
    unavailable = true;
  });
  client.on('ready', () => {
    if (unavailable) log?.info({}, 'Redis available again');
    unavailable = false;
  });
  return client;
}

/** Resolves when the first attempt to connect, to every node of a cluster, came to an end, well or not. */
export async function firstAttempt(client: RedisClient): Promise<void> {
  await attempted(client);
  if (client instanceof Cluster) await Promise.allSettled(client.nodes('master').map((node) => node.ping()));
}

function attempted(client: RedisClient): Promise<void> {
  if (client.status === 'ready') return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, SILENCE);
    function done() {
      clearTimeout(timer);
      client.off('ready', done).off('error', done);
      resolve();
    }
    client.once('ready', done).once('error', done);
  });
}

const backoff = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt - 1, 5), 1000) * (0.8 + Math.random() * 0.4);

const common = ({ tls, username, password }: RedisAddress) => ({
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
  ...(tls && { tls: {} }),
  connectTimeout: SILENCE,
  socketTimeout: SILENCE,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // Nothing here needs RESP3, and proxies in front of Redis often do not speak it.
  protocol: 2 as const,
  connectionName: 'anteroom',
});

/** A server, the primary that sentinels name, or a socket. */
function placeOf({ nodes, tls, socket, sentinel }: RedisAddress) {
  if (socket !== undefined) return { path: socket };
  if (!sentinel) return { ...nodes[0] };
  const { name, username, password } = sentinel;
  return {
    name,
    sentinels: [...nodes],
    role: 'master' as const,
    sentinelRetryStrategy: backoff,
    sentinelCommandTimeout: SILENCE,
    ...(username !== undefined && { sentinelUsername: username }),
    ...(password !== undefined && { sentinelPassword: password }),
    ...(tls && { sentinelTLS: {}, enableTLSForSentinelMode: true }),
  };
}

function createSingle(address: RedisAddress): Redis {
  return new BatchingRedis({
    ...common(address),
    ...placeOf(address),
    db: address.db,
    enableOfflineQueue: false,
    retryStrategy: backoff,
    // After a failover behind one address the old primary answers as a replica.
    reconnectOnError: (error: Error) => replyCode(error) === 'READONLY',
  });
}

function createCluster(address: RedisAddress): Cluster {
  const cluster = new Cluster([...address.nodes], {
    redisOptions: common(address),
    enableOfflineQueue: false,
    clusterRetryStrategy: backoff,
    // Does not send again what was under way on a connection that broke; who serves a slot is asked often instead.
    retryDelayOnFailover: 0,
    slotsRefreshInterval: SILENCE,
    slotsRefreshTimeout: SILENCE,
    // Names are resolved when connecting, so that a certificate is checked against the name.
    dnsLookup: (host, callback) => callback(null, host),
  });
  // Connects to each node at once, not with its first command, because commands are rejected until then. The cluster
  // has to be ready first: the driver finds out with a command.
  const reach = (node: Redis) => node.connect().catch(() => undefined);
  cluster.on('ready', () => cluster.nodes('master').forEach(reach));
  cluster.on('+node', (node: Redis) => cluster.status === 'ready' && reach(node));
  return cluster;
}
