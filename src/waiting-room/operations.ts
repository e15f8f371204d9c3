/** What operators do: settings of rooms and relying parties, the counters, and the hand on the serving counter. */
import type { Actor, Emit } from './activity.ts';
import { type DrawReport, drawReport } from './draw-report.ts';
import { RelyingPartyNotFound, RoomNotFound } from './errors.ts';
import { perMinute, type Range, readMeter } from './estimate.ts';
import type { Exits, ExitsResult } from './line/admissions.ts';
import type { Counters } from './line/counters.ts';
import type { Raised } from './line/serving.ts';
import { type OriginSignal, writeSignal } from './origin-signal.ts';
import type { Store } from './ports/index.ts';
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
  /** How the origin does, for the adaptive inlet: latency in ms, and the share of errors. */
  signal(id: RoomId, signal: OriginSignal): Promise<void>;
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
  readonly draws: readonly DrawReport[];
  readonly entrantsPresent: number;
}

export interface OperationsDeps {
  readonly store: Pick<Store, 'line' | 'settings'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly emit: Emit;
  /** Whose hand it is: the name of the operator's token. */
  readonly by: Actor;
  /** Called after a room changed in a way that polls should show at once. */
  readonly roomChanged: (room: RoomId) => void;
}

export function createOperations({ store, now, emit, by, roomChanged }: OperationsDeps): Operations {
  const { line, settings } = store;

  async function existing(id: RoomId): Promise<RoomSettings> {
    const room = await settings.room(id);
    if (!room) throw new RoomNotFound(id);
    return room;
  }

  function audit(action: string, subject: string, detail: unknown = null): void {
    emit('operator.acted', { by, action, subject, detail });
  }

  /** Runs a verb of the line in a room that is there, and tells that it changed. */
  async function within<T>(id: RoomId, action: string, detail: unknown, verb: () => Promise<T>): Promise<T> {
    await existing(id);
    const outcome = await verb();
    audit(action, id, detail);
    roomChanged(id);
    return outcome;
  }

  const servingIn = async (id: RoomId) => (await line.view(id, now())).counters.serving;

  function emitRaised(room: RoomId, from: number, to: number): void {
    if (from !== to) emit('counter.raised', { room, by, from, to });
  }

  /** Puts the rules into force. A mode may serve everybody at once, or take back what stood open. */
  async function configure(before: RoomSettings | null, room: RoomSettings): Promise<void> {
    const { id, mode } = room;
    const apply = () => line.configure(id, lineRules(settingsAt(room, now())), now());
    if (before?.mode === mode) return apply();
    const from = before ? await servingIn(id) : 0;
    await apply();
    emit('mode.changed', { room: id, by, from: before?.mode ?? null, to: mode });
    if (before) emitRaised(id, from, await servingIn(id));
  }

  return {
    rooms: () => settings.rooms(),
    room: existing,
    async putRoom(room) {
      const before = await settings.room(room.id);
      await settings.putRoom(room);
      audit('room.put', room.id, room);
      await configure(before, room);
      roomChanged(room.id);
      return before === null;
    },
    async deleteRoom(id) {
      if (!(await settings.deleteRoom(id))) throw new RoomNotFound(id);
      audit('room.deleted', id);
      roomChanged(id);
    },
    counters: async (id) => {
      await existing(id);
      return (await line.view(id, now())).counters;
    },
    async raise(id, numbers) {
      const raised = await within(id, 'counter.raised', { numbers }, () => line.raise(id, { numbers }, now()));
      const { serving } = raised.counters;
      emitRaised(id, serving - raised.raisedBy, serving);
      return raised;
    },
    reset: (id) => within(id, 'room.reset', null, () => line.reset(id, now())),
    async exits(id, exits) {
      const { exited, completed, abandoned } = exits;
      // Who they are is told one by one.
      const detail = { exited, completed: completed.length, abandoned: abandoned.length };
      const result = await within(id, 'exits.told', detail, () => line.exits(id, exits, now()));
      const done = new Set(completed);
      for (const sub of result.ended) {
        emit('session.updated', { room: id, sub, status: done.has(sub) ? 'completed' : 'abandoned' });
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
      await writeSignal(line, id, signal, now());
      audit('signal.told', id, signal);
    },
    async statistics(id) {
      await existing(id);
      const { counters, held, alarm, notes, predictions, draws, entrantsPresent } = await line.view(id, now());
      const speed = perMinute(readMeter(notes.meter), now());
      return { counters, held, alarm, perMinute: speed, predictions, draws: draws.map(drawReport), entrantsPresent };
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
