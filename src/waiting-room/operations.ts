/** What operators do: settings of rooms and relying parties, the counters, and the hand on the serving counter. */
import { RelyingPartyNotFound, RoomNotFound } from './errors.ts';
import type { Counters, Exits, ExitsResult, Raised, Store } from './ports.ts';
import type { RelyingParty } from './relying-party.ts';
import type { RoomId, RoomSettings } from './room.ts';
import { lineRules } from './room.ts';

/** Every method that takes a room's id rejects with RoomNotFound where there is none. */
export interface Operations {
  rooms(): Promise<readonly RoomSettings[]>;
  room(id: RoomId): Promise<RoomSettings>;
  /** Makes the room or changes its settings; its counters are not touched. Whether it is new. */
  putRoom(settings: RoomSettings): Promise<boolean>;
  /** Takes the room with its line and everybody in it. */
  deleteRoom(id: RoomId): Promise<void>;
  counters(id: RoomId): Promise<Counters>;
  /** Raises the serving counter by `numbers`, as far as there is room; negative lowers it, never below 0. */
  raise(id: RoomId, numbers: number): Promise<Raised>;
  reset(id: RoomId): Promise<Counters>;
  exits(id: RoomId, exits: Exits): Promise<ExitsResult>;
  relyingParties(): Promise<readonly RelyingParty[]>;
  relyingParty(clientId: string): Promise<RelyingParty>;
  /** Rejects with RoomNotFound when its room is not there. Whether it is new. */
  putRelyingParty(party: RelyingParty): Promise<boolean>;
  deleteRelyingParty(clientId: string): Promise<void>;
}

export interface OperationsDeps {
  readonly store: Pick<Store, 'line' | 'settings'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called after a room changed in a way that polls should show at once. */
  readonly changed: (room: RoomId) => void;
}

export function createOperations({ store, now, changed }: OperationsDeps): Operations {
  const { line, settings } = store;

  async function existing(id: RoomId): Promise<RoomSettings> {
    const room = await settings.room(id);
    if (!room) throw new RoomNotFound(id);
    return room;
  }

  /** Runs a verb of the line in a room that is there, and tells that it changed. */
  async function within<T>(id: RoomId, verb: () => Promise<T>): Promise<T> {
    await existing(id);
    const outcome = await verb();
    changed(id);
    return outcome;
  }

  return {
    rooms: () => settings.rooms(),
    room: existing,
    async putRoom(room) {
      const before = await settings.room(room.id);
      await settings.putRoom(room);
      await line.configure(room.id, lineRules(room), now());
      changed(room.id);
      return before === null;
    },
    async deleteRoom(id) {
      if (!(await settings.deleteRoom(id))) throw new RoomNotFound(id);
      changed(id);
    },
    counters: async (id) => {
      await existing(id);
      return (await line.view(id, now())).counters;
    },
    raise: (id, numbers) => within(id, () => line.raise(id, { numbers }, now())),
    reset: (id) => within(id, () => line.reset(id, now())),
    exits: (id, exits) => within(id, () => line.exits(id, exits, now())),
    relyingParties: () => settings.relyingParties(),
    async relyingParty(clientId) {
      const party = await settings.relyingParty(clientId);
      if (!party) throw new RelyingPartyNotFound(clientId);
      return party;
    },
    async putRelyingParty(party) {
      await existing(party.room);
      const before = await settings.relyingParty(party.client_id);
      await settings.putRelyingParty(party);
      return before === null;
    },
    async deleteRelyingParty(clientId) {
      if (!(await settings.deleteRelyingParty(clientId))) throw new RelyingPartyNotFound(clientId);
    },
  };
}
