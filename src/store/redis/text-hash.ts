/** A hash of texts, by id. */
import { revisionOf } from '#waiting-room/ports/revision.ts';
import type { TextTable } from '#waiting-room/ports/settings-of-texts.ts';
import type { RedisClient } from './client.ts';
import { keyScripts } from './key-scripts.ts';
import type { Run } from './script.ts';
import { answered } from './unavailable.ts';

export function createTextHash(client: RedisClient, run: Run, hash: string): TextTable {
  return {
    async all() {
      const entries = Object.entries(await answered(client.hgetall(hash)));
      return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
    },
    text: (id) => answered(client.hget(hash, id)),
    async put(id, text, expected) {
      if (expected === undefined) await answered(client.hset(hash, id, text));
      else if (!(await run(keyScripts.replaceField, [hash], id, expected ?? '', text))) return null;
      return revisionOf(text);
    },
    async remove(id, expected) {
      if (expected === undefined) return (await answered(client.hdel(hash, id))) === 1;
      return run(keyScripts.replaceField, [hash], id, expected);
    },
  };
}
