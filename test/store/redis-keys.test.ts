import { describe, expect, it } from 'vitest';
import type { RoomUnderTest } from './contract/room-under-test.ts';
import { freshId, makeRoom, pick, seconds, T0 } from './contract/room-under-test.ts';
import { useRedis } from './use-redis.ts';

/** A draw that is done, and an open one. */
async function withDraws(room: RoomUnderTest): Promise<void> {
  await room.announceDraw();
  await room.crowd(20);
  await room.draw();
  await room.announceDraw({ event: 'encore' });
  await room.crowd(20);
}

describe('the keys in Redis', () => {
  const redis = useRedis();

  it('share one hash tag per room, and none is for a waiting visitor', async () => {
    const room = await makeRoom(redis.store);
    await room.crowd(1);
    const before = await redis.client.keys(`*${room.id}*`);
    const fields = await redis.client.hlen(`anteroom:{${room.id}}:line`);
    await room.crowd(5000);
    expect(await redis.client.keys(`*${room.id}*`)).toEqual(before);
    expect(await redis.client.hlen(`anteroom:{${room.id}}:line`)).toBe(fields);
    const crowd = await room.crowd(3);
    await room.raise({ numbers: 2000 });
    await room.leave(pick(crowd, 1));
    await room.claim({ generation: 1, number: 1, visitor: 'ann' });
    await room.view(T0 + seconds(600));
    const after = await redis.client.keys(`*${room.id}*`);
    expect(after.length).toBeGreaterThan(before.length);
    for (const key of after) expect(key).toMatch(new RegExp(`^anteroom:\\{${room.id}\\}:`));
    expect(after.filter((key) => key.includes('scratch'))).toEqual([]);
  });

  it('of a draw are the same few for a crowd, and those of its entrants are deleted once it is done', async () => {
    const room = await makeRoom(redis.store);
    await room.announceDraw();
    await room.crowd(1);
    const before = await redis.client.keys(`*${room.id}*`);
    await room.crowd(5000);
    expect((await redis.client.keys(`*${room.id}*`)).toSorted()).toEqual(before.toSorted());
    expect(before.filter((key) => key.includes('entrants'))).toHaveLength(2);
    await room.draw();
    const after = await redis.client.keys(`*${room.id}*`);
    expect(after.filter((key) => key.includes('entrants'))).toEqual([]);
    expect(await redis.client.hlen(`anteroom:{${room.id}}:draws`)).toBe(6);
  });

  it('leave nothing of an admission that is over', async () => {
    const room = await makeRoom(redis.store);
    await room.raise({ numbers: 3 });
    await room.crowd(1, { claim: true });
    const ann = await room.arrive('ann', { claim: true });
    await room.arrive('bob', { claim: true });
    await room.leave(ann);
    await room.exits({ completed: ['bob'] });
    await room.view(T0 + seconds(600));
    for (const part of ['admissions', 'active'])
      expect(await redis.client.exists(`anteroom:{${room.id}}:${part}`)).toBe(0);
  });

  it('are one hash after a reset, beside those that Redis deletes, and one number after the room is deleted', async () => {
    const room = await makeRoom(redis.store);
    await room.crowd(100);
    await room.raise({ numbers: 10 });
    await withDraws(room);
    await redis.store.line.reset(room.id, { incarnation: '' }, T0);
    const kept = (await redis.client.keys(`*${room.id}*`)).filter((key) => key !== `anteroom:{${room.id}}:line`);
    expect(kept).toContain(`anteroom:{${room.id}}:kept:present`);
    for (const key of kept) {
      expect(key).toMatch(/:kept:/);
      const left = await redis.client.pttl(key);
      expect(left).toBeGreaterThan(seconds(3600 - 30));
      expect(left).toBeLessThanOrEqual(seconds(3660));
    }
    await room.crowd(100);
    await withDraws(room);
    await redis.store.settings.deleteRoom(room.id);
    expect(await redis.client.keys(`*${room.id}*`)).toEqual([`anteroom:{${room.id}}:line`]);
    expect(await redis.client.hgetall(`anteroom:{${room.id}}:line`)).toEqual({ generation: '2' });
  });

  it('do not expire after a reset that was undone, and come back all or not at all', async () => {
    const { line } = redis.store;
    const undo = (id: string) => line.undoReset(id, { incarnation: 'next', isPreview: false }, T0);
    const room = await makeRoom(redis.store);
    const crowd = await room.crowd(20);
    await room.raise({ numbers: 10 });
    await room.claim(pick(crowd, 0));
    const before = await redis.client.keys(`*${room.id}*`);
    await line.reset(room.id, { incarnation: 'next' }, T0);
    await undo(room.id);
    const after = await redis.client.keys(`*${room.id}*`);
    expect(after.toSorted()).toEqual(before.toSorted());
    for (const key of after) expect(await redis.client.pttl(key)).toBe(-1);
    await line.reset(room.id, { incarnation: 'next' }, T0);
    await redis.client.del(`anteroom:{${room.id}}:kept:spent`);
    expect(await undo(room.id)).toMatchObject({ outcome: 'gone' });
  });

  it('of the OpenID provider expire, also after use', async () => {
    const { oidcRecords: oidc } = redis.store;
    const [id, grantId] = [freshId('id'), freshId('grant')];
    await oidc.upsert('AuthorizationCode', id, { grantId, list: [] }, 100);
    await oidc.upsert('AccessToken', id, { grantId }, 200);
    await oidc.upsert('RefreshToken', id, { grantId }, 50);
    await oidc.consume('AuthorizationCode', id, T0);
    // A list that is empty stays a list.
    expect(await oidc.find('AuthorizationCode', id)).toEqual({ grantId, list: [], consumed: T0 / 1000 });
    const ttl = async (key: string) => Math.ceil((await redis.client.pttl(key)) / 1000);
    expect(await ttl(`anteroom:oidc:record:AuthorizationCode:${id}`)).toBe(100);
    expect(await ttl(`anteroom:oidc:grant:${grantId}`)).toBe(200);
    await oidc.revokeByGrantId(grantId);
    expect(await redis.client.exists(`anteroom:oidc:grant:${grantId}`)).toBe(0);
  });

  it('of a grant stay as long as a record that has no end', async () => {
    const { oidcRecords: oidc } = redis.store;
    const [id, grantId] = [freshId('id'), freshId('grant')];
    await oidc.upsert('RefreshToken', id, { grantId }, undefined);
    await oidc.upsert('AccessToken', id, { grantId }, 60);
    expect(await redis.client.ttl(`anteroom:oidc:grant:${grantId}`)).toBe(-1);
  });

  it('of logouts are two per relying party, on one node of a cluster, and expire a day after the last was due', async () => {
    const { logoutQueue: logouts } = redis.store;
    const client_id = freshId('client');
    const login = { room: freshId('room'), visitor: 'ann', sid: null };
    const keys = [`anteroom:{logouts:${client_id}}:due`, `anteroom:{logouts:${client_id}}:known`];
    const ttls = () => Promise.all(keys.map(async (key) => Math.round((await redis.client.pttl(key)) / 1000)));
    const day = 24 * 60 * 60;
    await logouts.expect(client_id, login, T0 + seconds(600), T0);
    await logouts.expect(client_id, { ...login, visitor: 'bob' }, T0 + seconds(60), T0);
    expect((await redis.client.keys(`*${client_id}*`)).toSorted()).toEqual(keys);
    expect(await ttls()).toEqual([day + 600, day + 600]);
    const [bob] = await logouts.take(client_id, 1, T0 + seconds(60), T0 + seconds(90));
    if (bob) await logouts.prolong(client_id, bob, T0 + seconds(2000), T0 + seconds(60));
    expect(await ttls()).toEqual([day + 1940, day + 1940]);
    for (const taken of await logouts.take(client_id, 10, T0 + seconds(2000), T0))
      await logouts.settle(client_id, taken);
    expect(await redis.client.keys(`*${client_id}*`)).toEqual([]);
  });
});
