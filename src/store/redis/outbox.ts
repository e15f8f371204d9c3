import type { OutboxStore } from '#waiting-room/ports/outbox.ts';
import { OUTBOX_CAPACITY } from '#waiting-room/ports/outbox.ts';
import type { RedisClient } from './client.ts';
import { keyScripts } from './key-scripts.ts';
import type { Run } from './script.ts';
import { answered } from './unavailable.ts';

/** An outbox: a stream whose messages have one field. */
export function createOutbox(key: string, client: RedisClient, run: Run): OutboxStore {
  return {
    append: async (entries) => (entries.length === 0 ? 0 : run(keyScripts.append, [key], OUTBOX_CAPACITY, ...entries)),
    async read(max) {
      const messages = await answered(client.xrange(key, '-', '+', 'COUNT', max));
      return messages.map(([id, [, entry = '']]) => ({ id, entry }));
    },
    async acknowledge(ids) {
      if (ids.length > 0) await answered(client.xdel(key, ...ids));
    },
  };
}
