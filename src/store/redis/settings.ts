import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import { settingsOfTexts } from '#waiting-room/ports/settings-of-texts.ts';
import { createChangedTexts } from './changed-texts.ts';
import type { RedisClient } from './client.ts';
import { createCopiedHash } from './copied-hash.ts';
import type { RunLine } from './fence.ts';
import { PARTS_WITH_KEPT, RELYING_PARTIES, ROOMS } from './keys.ts';
import { done, lineScript } from './line-script.ts';
import type { Run } from './script.ts';
import { createTextHash } from './text-hash.ts';
import { createUnchangedRooms } from './unchanged-rooms.ts';
import type { WatchedKeys } from './write-watch.ts';

/** Deletes the line of a room, and the one that a reset kept. */
const removeScript = lineScript<null, void>('remove', () => [], done, { parts: PARTS_WITH_KEPT });

export interface SettingsStoreDeps {
  readonly client: RedisClient;
  readonly run: Run;
  readonly runLine: RunLine;
  readonly watched: WatchedKeys;
}

/** Rooms and relying parties, a hash of JSON texts each. In a cluster, settings and lines are on different nodes. */
export function createSettingsStore({ client, run, runLine, watched }: SettingsStoreDeps): SettingsStore {
  const stored = settingsOfTexts({
    rooms: createTextHash(client, run, ROOMS),
    changedRooms: createChangedTexts(run, ROOMS),
    relyingParties: createCopiedHash(createTextHash(client, run, RELYING_PARTIES), RELYING_PARTIES, run),
    deleteLine: (room) => runLine(room, removeScript, null, 0),
  });
  return { ...stored, rooms: createUnchangedRooms(stored.rooms, watched) };
}
