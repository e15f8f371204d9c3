/** Whether Redis writes to disk. Managed services refuse CONFIG, and some leave it out of INFO. */
import type { Redis } from 'ioredis';
import type { Persistence } from '#waiting-room/ports/index.ts';
import type { RedisClient } from './client.ts';
import { primariesOf, readInfo, readSetting } from './info.ts';

/** From the safest to the least. */
const ORDER = ['every_write', 'snapshots', 'unknown', 'none'] as const;

/** The least of the primaries. */
export async function readPersistence(client: RedisClient): Promise<Persistence> {
  const found = await Promise.all(primariesOf(client).map(persistenceOf));
  return ORDER.findLast((each) => found.includes(each)) ?? 'unknown';
}

async function persistenceOf(node: Redis): Promise<(typeof ORDER)[number]> {
  const info = await readInfo(node, 'persistence');
  if (info?.aof_enabled === '1') {
    const fsync = await readSetting(node, 'appendfsync');
    // With `no`, the system writes when it likes, as late as a snapshot.
    return fsync === 'no' ? 'snapshots' : fsync === undefined ? 'unknown' : 'every_write';
  }
  const save = await readSetting(node, 'save');
  if (save === undefined) return 'unknown';
  return save === '' ? 'none' : 'snapshots';
}
