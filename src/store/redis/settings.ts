import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { RedisClient } from './client.ts';
import { lineKeys, RELYING_PARTIES, ROOMS } from './keys.ts';
import { removeScript } from './line-scripts.ts';
import type { Run } from './script.ts';
import { answered } from './unavailable.ts';

/** Rooms and relying parties, a hash each. Lists are in the order of the ids. */
export function createSettingsStore(client: RedisClient, run: Run): SettingsStore {
  async function all<T>(hash: string): Promise<T[]> {
    const entries = Object.entries(await answered(client.hgetall(hash)));
    return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, json]) => JSON.parse(json) as T);
  }

  async function one<T>(hash: string, id: string): Promise<T | null> {
    const json = await answered(client.hget(hash, id));
    return json === null ? null : (JSON.parse(json) as T);
  }

  const put = async (hash: string, id: string, value: object) => {
    await answered(client.hset(hash, id, JSON.stringify(value)));
  };
  const remove = async (hash: string, id: string) => (await answered(client.hdel(hash, id))) === 1;

  return {
    rooms: () => all<RoomSettings>(ROOMS),
    room: (id) => one<RoomSettings>(ROOMS, id),
    putRoom: (settings) => put(ROOMS, settings.id, settings),
    async deleteRoom(id) {
      // The line first: should the second step fail, the room is still there to be deleted again.
      await run(removeScript, lineKeys(id), null, 0);
      return remove(ROOMS, id);
    },
    relyingParties: () => all<RelyingParty>(RELYING_PARTIES),
    relyingParty: (clientId) => one<RelyingParty>(RELYING_PARTIES, clientId),
    putRelyingParty: (party) => put(RELYING_PARTIES, party.client_id, party),
    deleteRelyingParty: (clientId) => remove(RELYING_PARTIES, clientId),
  };
}
