/** What operators do: settings of rooms and relying parties, the counters, and the hand on the serving counter. */
import type { Actor, Tell } from './activity.ts';
import { RelyingPartyNotFound, RoomNotFound } from './errors.ts';
import { perMinute, type Range, readMeter } from './estimate.ts';
import type { Counters, DrawRecord, Exits, ExitsResult, Raised, Store } from './ports.ts';
import type { RelyingParty } from './relying-party.ts';
import type { RoomId, RoomSettings } from './room.ts';
import { lineRules, settingsAt } from './room.ts';

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
  /** The breaker: while it is on, no inlet raises the counter; the operator still may. */
  alarm(id: RoomId, on: boolean): Promise<Counters>;
  /** How the origin does, for the adaptive inlet. */
  signal(id: RoomId, signal: { readonly latency: number | null; readonly errorRate: number | null }): Promise<void>;
  statistics(id: RoomId): Promise<Statistics>;
  relyingParties(): Promise<readonly RelyingParty[]>;
  relyingParty(clientId: string): Promise<RelyingParty>;
  /** Rejects with RoomNotFound when its room is not there. Whether it is new. */
  putRelyingParty(party: RelyingParty): Promise<boolean>;
  deleteRelyingParty(clientId: string): Promise<void>;
}

/** What the line does, beside its counters. */
export interface Statistics {
  readonly counters: Counters;
  /** Places held for the served who have not claimed yet. */
  readonly held: number;
  readonly alarm: boolean;
  /** People a minute whose turn comes; null when unknown. */
  readonly perMinute: Range | null;
  /** Predicted waits that came true, and that did not. */
  readonly predictions: { readonly within: number; readonly outside: number };
  readonly draws: readonly DrawRecord[];
  readonly entrantsPresent: number;
}

export interface OperationsDeps {
  readonly store: Pick<Store, 'line' | 'settings'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly tell: Tell;
  /** Whose hand it is: the name of the operator's token. */
  readonly by: Actor;
  /** Called after a room changed in a way that polls should show at once. */
  readonly changed: (room: RoomId) => void;
}

export function createOperations({ store, now, tell, by, changed }: OperationsDeps): Operations {
  const { line, settings } = store;

  async function existing(id: RoomId): Promise<RoomSettings> {
    const room = await settings.room(id);
    if (!room) throw new RoomNotFound(id);
    return room;
  }

  function audit(action: string, subject: string, detail: unknown = null): void {
    tell('operator.acted', { by, action, subject, detail });
  }

  /** Runs a verb of the line in a room that is there, and tells that it changed. */
  async function within<T>(id: RoomId, action: string, detail: unknown, verb: () => Promise<T>): Promise<T> {
    await existing(id);
    const outcome = await verb();
    audit(action, id, detail);
    changed(id);
    return outcome;
  }

  function tellMode(before: RoomSettings | null, { id, mode }: RoomSettings): void {
    if (before?.mode !== mode) tell('mode.changed', { room: id, by, from: before?.mode ?? null, to: mode });
  }

  return {
    rooms: () => settings.rooms(),
    room: existing,
    async putRoom(room) {
      const before = await settings.room(room.id);
      await settings.putRoom(room);
      await line.configure(room.id, lineRules(settingsAt(room, now())), now());
      audit('room.put', room.id, room);
      tellMode(before, room);
      changed(room.id);
      return before === null;
    },
    async deleteRoom(id) {
      if (!(await settings.deleteRoom(id))) throw new RoomNotFound(id);
      audit('room.deleted', id);
      changed(id);
    },
    counters: async (id) => {
      await existing(id);
      return (await line.view(id, now())).counters;
    },
    async raise(id, numbers) {
      const raised = await within(id, 'counter.raised', { numbers }, () => line.raise(id, { numbers }, now()));
      const { serving } = raised.counters;
      if (raised.raisedBy !== 0) tell('counter.raised', { room: id, by, from: serving - raised.raisedBy, to: serving });
      return raised;
    },
    reset: (id) => within(id, 'room.reset', null, () => line.reset(id, now())),
    async exits(id, exits) {
      const result = await within(id, 'exits.told', exits, () => line.exits(id, exits, now()));
      for (const status of ['completed', 'abandoned'] as const) {
        for (const sub of exits[status]) {
          if (result.unknown === 0) tell('session.updated', { room: id, sub, status });
        }
      }
      return result;
    },
    alarm: (id, on) =>
      within(id, 'alarm', { on }, async () => {
        await line.alarm(id, on, now());
        return (await line.view(id, now())).counters;
      }),
    async signal(id, signal) {
      await existing(id);
      await line.note(id, 'signal', JSON.stringify({ ...signal, at: now() }));
    },
    async statistics(id) {
      await existing(id);
      const { counters, held, alarm, notes, predictions, draws, entrantsPresent } = await line.view(id, now());
      const speed = perMinute(readMeter(notes.meter), now());
      return { counters, held, alarm, perMinute: speed, predictions, draws, entrantsPresent };
    },
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
      const { client_secret: _, ...told } = party;
      audit('relying_party.put', party.client_id, told);
      return before === null;
    },
    async deleteRelyingParty(clientId) {
      if (!(await settings.deleteRelyingParty(clientId))) throw new RelyingPartyNotFound(clientId);
      audit('relying_party.deleted', clientId);
    },
  };
}
