import { beforeAll, describe, expect, it } from 'vitest';
import { seconds, T0 } from './contract/room-under-test.ts';
import { useRedis } from './use-redis.ts';

describe('the audit log of an earlier version, in Redis', () => {
  const redis = useRedis();

  beforeAll(async () => {
    const formerly = (by: string, at: number) =>
      redis.client.xadd('anteroom:audit', '*', 'entry', JSON.stringify({ by, time: new Date(T0 + at).toISOString() }));
    const now = (actor: string, at: number) =>
      redis.store.audit.append([
        { id: `${at}`, actor, action: 'a', same: `${at}`, at: T0 + at, count: 1, entry: JSON.stringify({ by: actor }) },
      ]);
    await formerly('alice', 0);
    await formerly('bob', seconds(1));
    await now('alice', seconds(2));
    // Both versions run side by side.
    await formerly('alice', seconds(3));
    await now('bob', seconds(4));
  });

  const read = async (max: number, skip = 0, actor?: string) =>
    (await redis.store.audit.newest({ max, skip, actor })).map(({ entry, lastAt }) => [
      (JSON.parse(entry) as { by: string }).by,
      (lastAt - T0) / 1000,
    ]);

  it('is read with that of this version, in the order of time', async () => {
    const all = [
      ['bob', 4],
      ['alice', 3],
      ['alice', 2],
      ['bob', 1],
      ['alice', 0],
    ];
    expect(await read(10)).toEqual(all);
    expect(await read(2, 2)).toEqual(all.slice(2, 4));
  });

  it('is read for one actor', async () => {
    expect(await read(10, 0, 'alice')).toEqual([
      ['alice', 3],
      ['alice', 2],
      ['alice', 0],
    ]);
    expect(await read(1, 1, 'bob')).toEqual([['bob', 1]]);
  });
});
