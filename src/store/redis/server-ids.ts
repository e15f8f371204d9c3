/**
 * Which server is at the other end of each connection: the `run_id` that Redis draws when it starts. A promoted replica
 * and a restarted primary have another one than the server before, so a line can tell that it may have gone back in time.
 */
import { Cluster, type Redis } from 'ioredis';
import type { RoomId } from '#waiting-room/room.ts';
import type { RedisClient, StoreLog } from './client.ts';
import { roomSlot } from './cluster-slot.ts';
import { type Info, readInfo, readSetting } from './info.ts';

/** The id of a connection that has just been made. No line carries it, so scripts that compare it do nothing. */
export const UNKNOWN_SERVER = '?';
/** The id of a server that does not say it, as some proxies and managed services don't. Scripts do not compare it. */
export const HIDDEN_SERVER = '';

const NOT_DETECTED = 'Redis does not say its run_id: numbers may be issued twice after a failover';

export interface ServerIds {
  /** The id of the server that a command about this room would go to now. */
  of(room: RoomId): string;
  /** A script says that it ran at this server. If the connection said otherwise, it leads to a proxy: go without. */
  check(server: string): void;
  /** Resolves when no server is being asked for its id. */
  settled(): Promise<void>;
}

export function watchServerIds(client: RedisClient, log?: StoreLog): ServerIds {
  const ids = new WeakMap<Redis, string>();
  const nodes = new Map<string, Redis>();
  const asking = new Set<Promise<void>>();
  const warned = new Set<string>();

  function warnOnce(message: string): void {
    if (!warned.has(message)) log?.warn({}, message);
    warned.add(message);
  }

  function watch(node: Redis): void {
    // Commands of a new connection never carry the id of the one before, not even until the server has answered.
    let connection = 0;
    node.on('close', () => {
      connection += 1;
      ids.set(node, UNKNOWN_SERVER);
    });
    node.on('ready', () => {
      const asked = connection;
      const ask = readInfo(node).then(async (info) => {
        if (asked !== connection || !info) return;
        const id = info.run_id ?? HIDDEN_SERVER;
        ids.set(node, id);
        if (id === HIDDEN_SERVER) {
          warnOnce(NOT_DETECTED);
        }
        if (await canSplit(node, info)) {
          warnOnce(
            'min-replicas-to-write is 0: a primary cut off from its replicas accepts writes that a failover loses',
          );
        }
      });
      asking.add(ask);
      ask.finally(() => asking.delete(ask));
    });
  }

  if (client instanceof Cluster) {
    const keyOf = ({ options }: Redis) => `${options.host}:${options.port}`;
    client.on('+node', (node: Redis) => {
      nodes.set(keyOf(node), node);
      watch(node);
    });
    client.on('-node', (node: Redis) => nodes.delete(keyOf(node)));
  } else watch(client);

  const nodeOf = (room: RoomId): Redis | undefined =>
    client instanceof Cluster ? nodes.get(client.slots[roomSlot(room)]?.[0] ?? '') : client;

  return {
    of(room) {
      const node = nodeOf(room);
      return (node && ids.get(node)) ?? UNKNOWN_SERVER;
    },
    check(server) {
      // A node of a cluster redirects a command while a slot moves.
      if (client instanceof Cluster) return;
      const id = ids.get(client);
      if (!id || id === UNKNOWN_SERVER || id === server) return;
      ids.set(client, HIDDEN_SERVER);
      warnOnce(NOT_DETECTED);
    },
    async settled() {
      await Promise.all(asking);
    },
  };
}

/** Whether this primary would go on accepting writes when its replicas are out of reach. */
async function canSplit(node: Redis, { role, connected_slaves = '0' }: Info): Promise<boolean> {
  if (role !== 'master' || Number(connected_slaves) === 0) return false;
  return (await readSetting(node, 'min-replicas-to-write')) === '0';
}
