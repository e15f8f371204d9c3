import { type Revision, revisionOf } from '#waiting-room/ports/revision.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { RedisClient } from './client.ts';
import { createCopiedHash } from './copied-hash.ts';
import type { RunLine } from './fence.ts';
import { createHash } from './json-hash.ts';
import { RELYING_PARTIES, ROOMS } from './keys.ts';
import { done, lineScript } from './line-script.ts';
import type { Run } from './script.ts';

/** Deletes the line of a room. */
export const removeScript = lineScript<null, void>('remove', () => [], done);

/** Rooms and relying parties, a hash of JSON texts each. Lists are in the order of the ids. */
export function createSettingsStore(client: RedisClient, run: Run, runLine: RunLine): SettingsStore {
  const rooms = createHash<RoomSettings>(client, run, ROOMS);
  const parties = createCopiedHash(createHash<RelyingParty>(client, run, RELYING_PARTIES), RELYING_PARTIES, run);

  /**
   * The line goes first: if the second step fails, the room is still there to be deleted again. Settings and line are
   * on different nodes of a cluster, so the expected revision is replaced first by a new one, a text with one space
   * more. From then on, a request that read the old one can no longer change the room.
   */
  async function deleteExpected(id: string, expected: Revision): Promise<boolean> {
    const text = await rooms.text(id);
    if (text === null || revisionOf(text) !== expected) return false;
    const closing = `${text} `;
    if (!(await rooms.replace(id, expected, closing))) return false;
    await runLine(id, removeScript, null, 0);
    // If this fails, the room was created again after its line was deleted.
    await rooms.replace(id, revisionOf(closing));
    return true;
  }

  return {
    rooms: rooms.all,
    room: async (id) => (await rooms.get(id))?.value ?? null,
    storedRoom: rooms.get,
    putRoom: (settings, expected) => rooms.put(settings.id, settings, expected),
    async deleteRoom(id, expected) {
      if (expected !== undefined) return deleteExpected(id, expected);
      await runLine(id, removeScript, null, 0);
      return rooms.remove(id);
    },
    relyingParties: parties.all,
    relyingParty: async (clientId) => (await parties.get(clientId))?.value ?? null,
    storedRelyingParty: parties.get,
    putRelyingParty: (party, expected) => parties.put(party.client_id, party, expected),
    deleteRelyingParty: (clientId, expected) => parties.remove(clientId, ...(expected === undefined ? [] : [expected])),
  };
}
