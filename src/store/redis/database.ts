import type { RedisClient, StoreLog } from './client.ts';
import { bare, replyCode } from './unavailable.ts';

/** The server refuses the database that REDIS_URL names. For the operator. */
export class RedisDatabaseError extends Error {
  constructor(cause: Error) {
    super(`REDIS_URL names a database that the Redis server refuses: ${cause.message}`, { cause });
    this.name = 'RedisDatabaseError';
  }
}

/**
 * Gives up a connection whose server refuses the database. The driver would go on with database 0, and two services
 * would share one. It selects the database before it accepts commands, so nothing is written. Returns what is refused so
 * far; later refusals are logged.
 */
export function guardDatabase(client: RedisClient, log?: StoreLog): () => RedisDatabaseError | null {
  let refused: RedisDatabaseError | null = null;
  client.on('error', (error: unknown) => {
    if (!isRefusedSelect(error)) return;
    refused = new RedisDatabaseError(bare(error));
    log?.warn({ err: refused }, 'Redis database refused, connection given up');
    client.disconnect();
  });
  return () => refused;
}

function isRefusedSelect(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return false;
  const command: unknown = Reflect.get(error, 'command');
  return Reflect.get(Object(command), 'name') === 'select' && ['ERR', 'NOPERM'].includes(replyCode(error));
}
