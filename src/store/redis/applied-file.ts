import type { AppliedFileStore } from '#waiting-room/ports/applied-file.ts';
import type { RedisClient } from './client.ts';
import { APPLIED_FILE } from './keys.ts';
import { answered } from './unavailable.ts';

export function createAppliedFile(client: RedisClient): AppliedFileStore {
  return {
    read: () => answered(client.get(APPLIED_FILE)),
    async write(text) {
      await answered(client.set(APPLIED_FILE, text));
    },
  };
}
