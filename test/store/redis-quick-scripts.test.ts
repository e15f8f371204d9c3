/** Looks at one admission are cheap in Redis, unless the line has to be settled for them. */
import { describe, expect, it } from 'vitest';
import { makeRoom, type RoomUnderTest, seconds, T0 } from './contract/room-under-test.ts';
import { useRedis } from './use-redis.ts';

describe('the use and the confirmation of an admission in Redis', () => {
  const redis = useRedis();

  /** A room with a visitor inside, `ann`, whose admission is not confirmed. */
  async function withAnn(): Promise<RoomUnderTest> {
    const room = await makeRoom(redis.store, { confirmWindow: seconds(30) });
    await room.raise({ numbers: 1 });
    await room.arrive('ann', { claim: true });
    return room;
  }
  const use = (room: RoomUnderTest, at: number) =>
    redis.store.line.useAdmission(room.id, { visitor: 'ann', serial: 1, limit: 3, attempt: 2, revocable: true }, at);

  /** How many scripts ran, and how many of them looked for what is due. */
  async function counted(calls: () => Promise<unknown>) {
    await redis.client.config('RESETSTAT');
    await calls();
    const stats = await redis.client.info('commandstats');
    const callsOf = (command: string) => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    return { scripts: callsOf('evalsha'), isSettled: callsOf('zrangebyscore') > 0 };
  }

  it('take one script each, which settles nothing', async () => {
    const room = await withAnn();
    await use(room, T0);
    await room.confirm('ann', T0);
    const later = await withAnn();
    expect(
      await counted(async () => {
        expect(await use(later, T0 + 200)).toEqual({ outcome: 'opened', serial: 2 });
        expect(await later.confirm('ann', T0 + 300)).toMatchObject({ number: 1 });
      }),
    ).toEqual({ scripts: 2, isSettled: false });
  });

  it('settle the line where a clock jumped back, so that its deadlines move along', async () => {
    const room = await withAnn();
    const back = T0 - seconds(3600);
    expect(await counted(() => use(room, back))).toMatchObject({ isSettled: true });
    const admission = await redis.store.line.admission(room.id, 'ann', back);
    expect(admission).toMatchObject({ expiresAt: back + seconds(600), confirmBy: back + seconds(30) });
  });

  it('settle the line while a room is paused', async () => {
    const room = await withAnn();
    await room.configure({ mode: 'paused', pauseStops: 'claim_windows_and_admissions' }, T0);
    await use(room, T0 + seconds(20));
    expect(await room.confirm('ann', T0 + seconds(60))).toMatchObject({ expiresAt: T0 + seconds(660) });
    expect(await counted(() => use(room, T0 + seconds(60)))).toMatchObject({ isSettled: true });
  });

  it('find a line missing, and an admission over, that nobody has settled yet', async () => {
    const room = await withAnn();
    await expect(redis.store.line.confirm('nowhere', 'ann', T0)).rejects.toThrow('nowhere');
    expect(await room.confirm('ann', T0 + seconds(30))).toBeNull();
    expect(await use(room, T0 + seconds(30))).toBeNull();
    expect((await room.counters(T0 + seconds(30))).active).toBe(0);
  });
});
