/** Redis compiles a script when it is first used, which for some is weeks after the start. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fenceScript } from '#store/redis/fence.ts';
import { giveUpJoinScript, joinScript } from '#store/redis/join-scripts.ts';
import { keyScripts } from '#store/redis/key-scripts.ts';
import { lineScripts } from '#store/redis/line-scripts.ts';
import { restoreKeysScript } from '#store/redis/lost-keys.ts';
import { quickScripts } from '#store/redis/quick-scripts.ts';
import { composed } from '#store/redis/script-texts.ts';
import { useRedis } from './use-redis.ts';

const SCRIPTS = new URL('../../src/store/redis/scripts/', import.meta.url);
const read = (file: string) => readFileSync(new URL(`${file}.lua`, SCRIPTS), 'utf8');
const ALL = [
  ...[lineScripts, quickScripts, keyScripts].flatMap((scripts) => Object.values(scripts)),
  ...[joinScript, giveUpJoinScript, fenceScript, restoreKeysScript],
];

describe('each script', () => {
  const redis = useRedis();

  // A function of Lua has at most 200 local variables, and shares at most 60 with the functions around it. Two changes that
  // land beside each other may each add one.
  it.each(ALL)('compiles in Redis, also with another local variable', async ({ name, libs }) => {
    const lua = composed(libs.map((lib: string) => read(`lib/${lib}`)).join('\n'), read(name));
    await expect(redis.client.script('LOAD', `local another = 0\n${lua}`), name).resolves.toMatch(/^[0-9a-f]{40}$/);
  });
});
