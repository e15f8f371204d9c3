import type { AuditStore } from '#waiting-room/ports/audit.ts';
import { AUDIT_CAPACITY } from '#waiting-room/ports/audit.ts';
import type { OutboxStore } from '#waiting-room/ports/outbox.ts';
import { OUTBOX_CAPACITY } from '#waiting-room/ports/outbox.ts';
import type { RedisClient } from './client.ts';
import { keyScripts } from './key-scripts.ts';
import { AUDIT, OUTBOX } from './keys.ts';
import type { Run } from './script.ts';
import { answered } from './unavailable.ts';

/** The outbox and the audit, a stream each whose messages have one field. */
export function createLists(
  client: RedisClient,
  run: Run,
): { readonly outbox: OutboxStore; readonly audit: AuditStore } {
  const append = async (key: string, room: number, entries: readonly string[]) =>
    entries.length === 0 ? 0 : run(keyScripts.append, [key], room, ...entries);

  return {
    outbox: {
      append: (entries) => append(OUTBOX, OUTBOX_CAPACITY, entries),
      async read(max) {
        const messages = await answered(client.xrange(OUTBOX, '-', '+', 'COUNT', max));
        return messages.map(([id, [, entry = '']]) => ({ id, entry }));
      },
      async acknowledge(ids) {
        if (ids.length > 0) await answered(client.xdel(OUTBOX, ...ids));
      },
    },
    audit: {
      async append(entries) {
        await append(AUDIT, AUDIT_CAPACITY, entries);
      },
      async newest(max) {
        const messages = await answered(client.xrevrange(AUDIT, '+', '-', 'COUNT', max));
        return messages.map(([, [, entry = '']]) => entry);
      },
    },
  };
}
