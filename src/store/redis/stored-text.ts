import type { StoredText } from '#waiting-room/ports/stored-text.ts';
import type { RedisClient } from './client.ts';
import { answered } from './unavailable.ts';

/** One text under a key of its own. */
export function createStoredText(client: RedisClient, key: string): StoredText {
  return {
    read: () => answered(client.get(key)),
    async write(text) {
      await answered(client.set(key, text));
    },
  };
}
