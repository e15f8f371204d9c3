/** The oldest Redis that is supported, and Valkey. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { describeStore } from './contract/store.ts';
import { openedRedis } from './opened-redis.ts';

/** Where `npm test` puts them (scripts/optional-programs.ts). */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/anteroom');

const SERVERS = { 'Redis 6.2': 'redis-6.2/redis-server', Valkey: 'valkey/valkey-server' };

for (const [name, path] of Object.entries(SERVERS)) {
  const program = join(CACHE, path);
  if (existsSync(program)) {
    describeStore(`the Redis store on ${name}`, () => openedRedis({ program }));
  } else {
    describe(`the Redis store on ${name}`, () => {
      test.skip(`(skipped without ${name})`, () => undefined);
    });
  }
}
