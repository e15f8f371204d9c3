/** How much Redis sends of settings that have not changed. */
import { expect, it } from 'vitest';
import { freshId } from './contract/room-under-test.ts';
import { settingsOf } from './contract/settings.ts';
import { useRedis } from './use-redis.ts';

const redis = useRedis();
const CSS = 100_000;

/** The bytes that Redis sent during the calls. */
async function sent(calls: () => Promise<unknown>): Promise<number> {
  const total = async () => Number(/total_net_output_bytes:(\d+)/.exec(await redis.client.info('stats'))?.[1]);
  const before = await total();
  await calls();
  return (await total()) - before;
}

it('reads the theme of a room again only after it changed', async () => {
  const { settings } = redis.store;
  const id = freshId('room');
  const dressed = (letter: string) => ({ ...settingsOf(id), theme: { css: letter.repeat(CSS) } });
  await settings.putRoom(dressed('a'));
  expect(await sent(() => settings.room(id))).toBeGreaterThan(CSS);
  const twentyReads = async () => {
    for (let n = 0; n < 10; n++) {
      expect(await settings.room(id)).toEqual(dressed('a'));
      expect(await settings.rooms()).toContainEqual(dressed('a'));
    }
  };
  expect(await sent(twentyReads)).toBeLessThan(CSS);
  await settings.putRoom(dressed('b'));
  expect(await sent(() => settings.rooms())).toBeGreaterThan(CSS);
  expect(await settings.room(id)).toEqual(dressed('b'));
});
