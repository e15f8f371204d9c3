/**
 * Opens lines that the store lost, for example by FLUSHALL or by a restart without its data. It wraps the ports of lines
 * and settings: a process that remembers a room opens its line from what it last saw, and puts its settings and relying
 * parties back. It decides nothing about the line itself: `line/opening.ts` says what a checkpoint restores.
 */
import { randomBytes } from 'node:crypto';
import { RoomNotFound, StoreUnavailable } from './errors.ts';
import type { LineView } from './line/counters.ts';
import type { Output } from './line/verbs.ts';
import { checkpointOf, createLineMemory, mayLackEntrants, rememberParty, wentBack } from './line-memory.ts';
import { lineRules } from './line-rules.ts';
import type { Store } from './ports/index.ts';
import { lineStoreOf, type PerformVerb, type PublicLineStore, performOn } from './ports/line.ts';
import type { SettingsStore } from './ports/settings.ts';
import type { RoomId, RoomSettings } from './room.ts';
import { settingsAt } from './settings-at.ts';

/** A memory that is older than this may lack numbers that another process saw, in ms. */
const FRESH = 3000;
/** How long a process without a fresh memory leaves a missing line to others, in ms. */
const GRACE = 3000;
/**
 * How long, in ms, after a line was opened from memory a missing relying party of its room counts as lost, not as
 * deleted.
 */
const RESTORING = 10_000;

export interface LostLinesDeps {
  readonly store: Pick<Store, 'line' | 'settings'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called with failures that no caller waits for. */
  readonly onError: (error: unknown) => void;
}

/** A random name for a line that is new. */
export function newIncarnation(): string {
  return randomBytes(8).toString('base64url');
}

/** The store with lines that come back, without the seeds that they are brought back with. */
export interface RecoveringStore {
  readonly line: PublicLineStore;
  readonly settings: SettingsStore;
}

export function recoverLostLines({ store, now, onError }: LostLinesDeps): RecoveringStore {
  const memory = createLineMemory();
  const missingSince = new Map<RoomId, number>();
  const recoveries = new Map<RoomId, Promise<boolean>>();

  /** Opens a missing line, if this process may. Whether it is there; rejects while another process may open it. */
  function recover(room: RoomId): Promise<boolean> {
    const running = recoveries.get(room);
    if (running) return running;
    const recovery = tryToRecover(room).finally(() => recoveries.delete(room));
    recoveries.set(room, recovery);
    return recovery;
  }

  async function tryToRecover(room: RoomId): Promise<boolean> {
    const known = memory.rooms.get(room);
    const settings = memory.settings.get(room) ?? (await store.settings.room(room));
    if (!settings) return false;
    const isFresh = known !== undefined && Math.abs(now() - known.at) <= FRESH;
    if (!isFresh && !isOverdue(room)) {
      throw new StoreUnavailable(new Error(`the line of the room ${room} is missing, and another process may know it`));
    }
    const checkpoint = known ? checkpointOf(known) : null;
    if (!(await openLine(settings, checkpoint))) {
      memory.forget(room);
      return false;
    }
    missingSince.delete(room);
    if (known) await restoreSettings(room);
    return true;
  }

  function isOverdue(room: RoomId): boolean {
    const since = missingSince.get(room) ?? now();
    missingSince.set(room, since);
    return Math.abs(now() - since) >= GRACE;
  }

  function openLine(settings: RoomSettings, checkpoint: ReturnType<typeof checkpointOf> | null): Promise<boolean> {
    const rules = lineRules(settingsAt(settings, now()));
    return store.line.open(settings.id, { rules, incarnation: newIncarnation(), checkpoint }, now());
  }

  /** Puts back what is remembered of a room whose line was lost, where it is missing. */
  async function restoreSettings(room: RoomId): Promise<void> {
    const settings = memory.settings.get(room);
    if (settings) await store.settings.putRoom(settings, null);
    for (const party of memory.parties.values()) {
      if (party.room === room) await store.settings.putRelyingParty(party, null);
    }
  }

  const attempt = performOn(store.line);

  const perform: PerformVerb = async (room, verb, input, at) => {
    try {
      return await attempt(room, verb, input, at);
    } catch (error) {
      if (!(error instanceof RoomNotFound) || !(await recover(room))) throw error;
      // Entrants whom only other processes know have to send a heartbeat first. Then the clock draws.
      if (verb === 'draw') return undefined as Output<typeof verb>;
      return attempt(room, verb, input, at);
    }
  };

  /** A view of the line, which is brought up to what this process saw of it before. */
  async function view(room: RoomId, at: number): Promise<LineView> {
    const known = memory.rooms.get(room);
    let seen = await viewForMemory(room, memory.known(room, at), at);
    const settings = memory.settings.get(room);
    if (known && settings && (wentBack(known, seen) || mayLackEntrants(known, seen))) {
      await openLine(settings, checkpointOf(known));
      seen = await viewForMemory(room, memory.known(room, at), at);
    }
    if (known && seen.view.heartbeatsSince > known.view.heartbeatsSince) restoreSettings(room).catch(onError);
    memory.saw(room, seen, at);
    return seen.view;
  }

  const { viewForMemory, ...verbs } = lineStoreOf(perform);
  const line: PublicLineStore = {
    ...verbs,
    view,
    async join(room, entrants, at) {
      const joined = await verbs.join(room, entrants, at);
      if (joined) memory.joined(room, joined);
      return joined;
    },
    async reset(room, at) {
      const counters = await verbs.reset(room, at);
      memory.rooms.delete(room);
      return counters;
    },
  };

  /** Whether the room was lost that the store does not have, and is there again. Deleting a room deletes its line first. */
  async function isLost(room: RoomId): Promise<boolean> {
    const known = memory.settings.get(room);
    if (!known || !memory.rooms.has(room)) return false;
    if (await isRestoring(room)) return true;
    if (!memory.rooms.has(room)) return false;
    await store.settings.putRoom(known, null);
    return true;
  }

  /** Whether a line was opened again recently, and with it the memory of its room. A missing line is forgotten. */
  async function isRestoring(room: RoomId): Promise<boolean> {
    if (!memory.settings.has(room) || !memory.rooms.has(room)) return false;
    const seen = await view(room, now()).catch((error: unknown) => {
      if (error instanceof RoomNotFound) return null;
      throw error;
    });
    const isRecent = seen !== null && seen.clock - seen.heartbeatsSince < RESTORING;
    if (isRecent) await restoreSettings(room);
    if (!seen) memory.forget(room);
    return isRecent;
  }

  const { settings: stored } = store;
  const settings: SettingsStore = {
    ...stored,
    async rooms() {
      const rooms = await stored.rooms();
      const lost = await Promise.all(
        [...memory.settings.keys()].filter((id) => !rooms.some((room) => room.id === id)).map(isLost),
      );
      const found = lost.includes(true) ? await stored.rooms() : rooms;
      for (const room of found) memory.settings.set(room.id, room);
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
      if (isDeleted) memory.forget(id);
      return isDeleted;
    },
    async relyingParty(clientId) {
      const party = await stored.relyingParty(clientId);
      if (party) {
        rememberParty(memory, party);
        return party;
      }
      const known = memory.parties.get(clientId);
      if (!known) return null;
      if (await isRestoring(known.room)) return stored.relyingParty(clientId);
      memory.parties.delete(clientId);
      return null;
    },
    async deleteRelyingParty(clientId, expected) {
      const isDeleted = await stored.deleteRelyingParty(clientId, expected);
      if (isDeleted) memory.parties.delete(clientId);
      return isDeleted;
    },
  };

  return { line, settings };
}
