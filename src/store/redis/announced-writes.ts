/**
 * Two connections by which Redis announces writes (CLIENT TRACKING): the next one to each key that `reader` has read, by
 * a process of any version. The announcements come at `listener`, in one order with its replies: after the reply to a
 * PING there, each write before the PING is announced.
 */
import type { Redis } from 'ioredis';
import { PROBE } from './keys.ts';

/** Redis's own channel of announcements. */
const CHANNEL = '__redis__:invalidate';
/** In ms. */
const PROBE_TTL = 60_000;

export interface AnnouncedWrites {
  readonly reader: Redis;
  readonly listener: Redis;
  disconnect(): void;
}

export interface AnnouncedWritesDeps {
  readonly server: Redis;
  /** Called with keys that were written to; null for all, after FLUSHALL for example. */
  readonly announce: (keys: readonly string[] | null) => void;
  /** Called when one of the connections is lost. Neither comes back. */
  readonly lost: () => void;
}

/** Resolves to null where the server announces nothing. Rejects where it is unavailable. */
export async function connectToAnnouncedWrites(deps: AnnouncedWritesDeps): Promise<AnnouncedWrites | null> {
  const { server, announce, lost } = deps;
  const [reader, listener] = [duplicateOf(server), duplicateOf(server)];
  const both = [reader, listener];
  const disconnect = () => {
    for (const connection of both) connection.disconnect();
  };
  let isProbed = false;
  listener.on('messageBuffer', (_channel, found: unknown) => {
    const keys = Array.isArray(found) ? found.map(String) : null;
    isProbed ||= keys?.includes(PROBE) === true;
    announce(keys);
  });
  try {
    await Promise.all(both.map((connection) => connection.connect()));
    const id = await listener.client('ID');
    await listener.subscribe(CHANNEL);
    await reader.client('TRACKING', 'ON', 'REDIRECT', id);
    // A proxy may accept all this, and send the announcements to nobody.
    await reader.exists(PROBE);
    await server.set(PROBE, '', 'PX', PROBE_TTL);
    await listener.ping();
  } catch (error) {
    disconnect();
    if (!isRefusal(error)) throw error;
    return null;
  }
  if (!isProbed || both.some(({ status }) => status !== 'ready')) {
    disconnect();
    return null;
  }
  for (const connection of both) connection.on('close', lost);
  return { reader, listener, disconnect };
}

/** A connection like another one, which does not come back when it is lost. */
function duplicateOf(server: Redis): Redis {
  const connection = server.duplicate({ lazyConnect: true, retryStrategy: () => null });
  // The first connection reports that the server is unavailable.
  connection.on('error', () => undefined);
  return connection;
}

const isRefusal = (error: unknown) => error instanceof Error && error.name === 'ReplyError';
