/** The settings of rooms whose lines were lost, and their relying parties: what a process remembers comes back. */
import { laneOfLine } from './lanes.ts';
import { type LineMemory, rememberParty } from './line-memory.ts';
import type { SettingsStore } from './ports/settings.ts';
import type { RelyingParty } from './relying-party.ts';
import type { RoomId, RoomSettings } from './room.ts';

export interface LostSettingsDeps {
  readonly stored: SettingsStore;
  readonly memory: LineMemory;
  /** Whether a room that the store does not have was lost, and is there again. */
  readonly isLost: (room: RoomId) => Promise<boolean>;
  /** The same of a relying party. */
  readonly isLostParty: (party: RelyingParty) => Promise<boolean>;
}

export function recoverLostSettings({ stored, memory, isLost, isLostParty }: LostSettingsDeps): SettingsStore {
  /** All rooms as they were found last, of which none was missing. */
  let complete: readonly RoomSettings[] | null = null;

  return {
    ...stored,
    async rooms(only) {
      const rooms = await stored.rooms(only);
      if (rooms === complete && memory.settings.size === rooms.length) return rooms;
      const ids = new Set(rooms.map(({ id }) => id));
      const missing = [...(only ?? memory.settings.keys())].filter((id) => !ids.has(id));
      const lost = await Promise.all(missing.map(isLost));
      const found = lost.includes(true) ? await stored.rooms(only) : rooms;
      for (const room of found) memory.settings.set(room.id, room);
      if (!only) complete = found;
      return found;
    },
    async room(id) {
      const room = (await stored.room(id)) ?? ((await isLost(id)) ? await stored.room(id) : null);
      if (room) memory.settings.set(id, room);
      return room;
    },
    async storedRoom(id) {
      const room = (await stored.storedRoom(id)) ?? ((await isLost(id)) ? await stored.storedRoom(id) : null);
      if (room) memory.settings.set(id, room.value);
      return room;
    },
    async deleteRoom(id, expected) {
      const isDeleted = await stored.deleteRoom(id, expected);
      if (isDeleted || laneOfLine(id) !== undefined) memory.forget(id);
      return isDeleted;
    },
    async relyingParties() {
      const parties = await stored.relyingParties();
      const ids = new Set(parties.map(({ client_id }) => client_id));
      const missing = [...memory.parties.values()].filter(({ client_id }) => !ids.has(client_id));
      const lost = await Promise.all(missing.map(isLostParty));
      const found = lost.includes(true) ? await stored.relyingParties() : parties;
      for (const party of found) rememberParty(memory, party);
      return found;
    },
    async relyingParty(clientId) {
      const party = await stored.relyingParty(clientId);
      if (party) {
        rememberParty(memory, party);
        return party;
      }
      const known = memory.parties.get(clientId);
      return known && (await isLostParty(known)) ? stored.relyingParty(clientId) : null;
    },
    async deleteRelyingParty(clientId, expected) {
      const isDeleted = await stored.deleteRelyingParty(clientId, expected);
      if (isDeleted) memory.parties.delete(clientId);
      return isDeleted;
    },
  };
}
