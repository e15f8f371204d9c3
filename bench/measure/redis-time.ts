import type { Redis } from 'ioredis';

/** Microseconds that Redis spent in scripts since its statistics were reset. */
export async function redisTime(client: Redis): Promise<number> {
  return Number(/cmdstat_evalsha:calls=\d+,usec=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0);
}

/** Commands that Redis received since its statistics were reset, except those that read them. */
export async function commandsTaken(client: Redis): Promise<number> {
  const stats = await client.info('commandstats');
  return Array.from(stats.matchAll(/cmdstat_([^:]+):calls=(\d+)/g))
    .filter(([, name = '']) => !name.startsWith('config') && name !== 'info')
    .reduce((sum, [, , calls]) => sum + Number(calls), 0);
}
