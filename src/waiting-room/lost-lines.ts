/**
 * Opens lines that the store lost, for example by FLUSHALL or by a restart without its data. It wraps the ports of lines
 * and settings: a process that remembers a room opens its line from what it last saw, and puts its settings and relying
 * parties back. Where the store has checkpoints beyond itself, every process opens lines from those first. It decides
 * nothing about the line itself: `line/opening.ts` says what a checkpoint restores.
 */
import { randomBytes } from 'node:crypto';
import { RoomNotFound, StoreUnavailable } from './errors.ts';
import { timeOf } from './estimate.ts';
import type { SeenLane } from './lane-inlet.ts';
import { laneRules } from './lane-rules.ts';
import { isLaneOf, type LineId, laneOfLine, roomOfLine } from './lanes.ts';
import type { LineView } from './line/counters.ts';
import type { Output } from './line/verbs.ts';
import { createLineMemory, lostSince, mayLackEntrants, seenOf, wentBack } from './line-memory.ts';
import { recoverLostSettings } from './lost-settings.ts';
import { createMissingRooms, type MissingRooms } from './missing-rooms.ts';
import type { Checkpoints, SeenLine } from './ports/checkpoints.ts';
import type { Store } from './ports/index.ts';
import { lineStoreOf, type PerformVerb, type PublicLineStore, performOn } from './ports/line.ts';
import type { SettingsStore } from './ports/settings.ts';
import type { RelyingParty } from './relying-party.ts';
import { createRestoredAdmissions, restoreAll } from './restored-admissions.ts';
import type { RoomId, RoomSettings } from './room.ts';
import { settingsAt } from './settings-at.ts';

/** A memory that is older than this may lack numbers that another process saw, in ms. */
const FRESH = 3000;
/** How long a process without a fresh memory leaves a missing line to others, in ms. */
const GRACE = 3000;
/** How long a caller waits until a missing line is open, in ms. It is opened all the same. */
const PATIENCE = 5000;
/**
 * How long, in ms, after a line was opened from memory a missing relying party of its room counts as lost, not as
 * deleted.
 */
const RESTORING = 10_000;

export interface LostLinesDeps {
  readonly store: Pick<Store, 'line' | 'lineMarks' | 'settings' | 'checkpoints'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called with failures that no caller waits for. */
  readonly onError: (error: unknown) => void;
}

/** A random name for a line that is new. */
export function newIncarnation(): string {
  return randomBytes(8).toString('base64url');
}

function inTime<T>(recovery: Promise<T>, id: LineId): Promise<T> {
  return new Promise((resolve, reject) => {
    const isSlow = () => reject(new StoreUnavailable(new Error(`the line of the room ${id} is being opened`)));
    const timer = setTimeout(isSlow, PATIENCE);
    recovery.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

/** The store with lines that come back, without the seeds that they are brought back with. */
export interface RecoveringStore {
  readonly line: PublicLineStore;
  readonly settings: SettingsStore;
}

export interface RecoveredLines extends RecoveringStore {
  readonly missingRooms: MissingRooms;
  /** Those of the lines in which nobody else took a step since they were seen. It takes no step in any of them. */
  readonly unchangedLines: (lanes: readonly SeenLane[]) => Promise<ReadonlySet<LineId>>;
  /** Those of all lines that may have changed since it was asked for them. Each is answered once, until it is again. */
  readonly changedLines: () => Promise<ReadonlySet<LineId>>;
}

export function recoverLostLines({ store, now, onError }: LostLinesDeps): RecoveredLines {
  const memory = createLineMemory();
  const missingSince = new Map<LineId, number>();
  const recoveries = new Map<LineId, Promise<boolean>>();
  const { checkpoints } = store;
  const restoreAdmissions = checkpoints && createRestoredAdmissions({ checkpoints, line: store.line, now });

  /**
   * Opens a missing line, if this process may. Whether it is there; rejects while another process may open it, and where
   * it takes too long for the caller.
   */
  function recover(id: LineId): Promise<boolean> {
    let recovery = recoveries.get(id);
    if (!recovery) {
      recovery = tryToRecover(id).finally(() => recoveries.delete(id));
      recoveries.set(id, recovery);
    }
    return inTime(recovery, id);
  }

  async function tryToRecover(id: LineId): Promise<boolean> {
    const known = memory.rooms.get(id);
    const room = roomOfLine(id);
    const settings = memory.settings.get(room) ?? (await store.settings.room(room));
    if (!settings || !isLaneOf(settings, laneOfLine(id))) return false;
    const isFresh = known !== undefined && Math.abs(now() - (memory.trueAt(id) ?? known.at)) <= FRESH;
    if (!store.checkpoints && !isFresh && !isOverdue(id)) {
      throw new StoreUnavailable(new Error(`the line of the room ${id} is missing, and another process may know it`));
    }
    const isSaved = await openSaved(id, settings);
    const isOpen = isSaved === false ? false : (isSaved && !known) || (await openLine(id, settings, seenOf(known)));
    if (!isOpen) {
      memory.forget(id);
      return false;
    }
    missingSince.delete(id);
    if (known) {
      const restored = restoreSettings(room);
      // Where the store has checkpoints beyond itself, it has the settings there too.
      if (store.checkpoints) restored.catch(onError);
      else await restored;
    }
    return true;
  }

  /** Opens a line from its saved checkpoint: null where there is none, false where the room was deleted after it. */
  async function openSaved(id: LineId, settings: RoomSettings): Promise<boolean | null> {
    const saved = await store.checkpoints?.read(id, now());
    if (!saved) return null;
    if (!(await openLine(id, settings, saved))) return false;
    const { incarnation, generation } = saved.checkpoint;
    await restoreAll(store.line, id, { incarnation, generation, admissions: saved.admissions }, now);
    return true;
  }

  function isOverdue(id: LineId): boolean {
    const since = missingSince.get(id) ?? now();
    missingSince.set(id, since);
    return Math.abs(now() - since) >= GRACE;
  }

  /** A lane has the places that it had: what the lanes share is divided again from there. */
  function openLine(id: LineId, settings: RoomSettings, seen: SeenLine | null): Promise<boolean> {
    const shared = seen?.size === undefined ? undefined : { size: seen.size, sizeVersion: 0 };
    const rules = laneRules(settingsAt(settings, now()), laneOfLine(id), shared);
    const checkpoint = seen?.checkpoint ?? null;
    return store.line.open(id, { rules, incarnation: newIncarnation(), checkpoint }, now());
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
      const output = await attempt(room, verb, input, at);
      memory.stepped(room, at);
      return output;
    } catch (error) {
      if (!(error instanceof RoomNotFound) || !(await recover(room))) throw error;
      // Entrants whom only other processes know have to send a heartbeat first. Then the clock draws.
      if (verb === 'draw') return undefined as Output<typeof verb>;
      return attempt(room, verb, input, at);
    }
  };

  /** A view of the line, which is brought up to what this process saw of it before. */
  async function view(id: LineId, at: number): Promise<LineView> {
    const known = memory.rooms.get(id);
    let seen = await viewForMemory(id, memory.known(id, at), at);
    const settings = memory.settings.get(roomOfLine(id));
    if (known && settings && (wentBack(known, seen) || mayLackEntrants(known, seen))) {
      await openLine(id, settings, seenOf(known));
      seen = await viewForMemory(id, memory.known(id, at), at);
    }
    memory.saw(id, seen, at);
    missingSince.delete(id);
    if (known && lostSince(memory.rooms.get(id)) > known.view.heartbeatsSince) {
      restoreSettings(roomOfLine(id)).catch(onError);
    }
    if (store.checkpoints) save(id, store.checkpoints).catch(onError);
    restoreAdmissions?.(id, seen.view).catch(onError);
    return seen.view;
  }

  async function save(id: LineId, checkpoints: Checkpoints): Promise<void> {
    const known = memory.rooms.get(id);
    if (!known) return;
    await checkpoints.save(id, seenOf(known), timeOf(known.view));
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
    async reset(room, of, at) {
      const counters = await verbs.reset(room, of, at);
      memory.rooms.delete(room);
      // So that a line that is lost right after does not go back behind the reset.
      if (store.checkpoints) await view(room, at).catch(onError);
      return counters;
    },
    async undoReset(room, of, at) {
      const undone = await verbs.undoReset(room, of, at);
      if (undone.outcome === 'undone' && !of.isPreview) await view(room, at).catch(onError);
      return undone;
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
    const isRecent = seen !== null && seen.clock - lostSince(memory.rooms.get(room)) < RESTORING;
    if (isRecent) await restoreSettings(room);
    if (!seen) memory.forget(room);
    return isRecent;
  }

  /** Whether a relying party was lost that the store does not have, and is there again. One that was deleted is forgotten. */
  async function isLostParty({ client_id, room }: RelyingParty): Promise<boolean> {
    if (await isRestoring(room)) return true;
    memory.parties.delete(client_id);
    return false;
  }

  const { settings: stored } = store;
  const settings = recoverLostSettings({ stored, memory, isLost, isLostParty });

  // With checkpoints beyond the store, every process opens a line at once.
  const missingRooms = store.checkpoints
    ? async () => []
    : createMissingRooms({
        stored,
        known: memory.settings,
        missing: missingSince,
        isLost,
        view: (id) => view(id, now()),
      });

  async function unchangedLines(lanes: readonly SeenLane[]): Promise<ReadonlySet<LineId>> {
    const ids = lanes.map(({ line: id }) => id);
    const marks = await store.lineMarks.read(ids);
    const same = lanes.filter(({ line: id, view: seen }, n) => memory.isUnchanged(id, seen, marks[n] ?? null, now()));
    return new Set(same.map(({ line: id }) => id));
  }

  async function changedLines(): Promise<ReadonlySet<LineId>> {
    const at = now();
    const changed = await store.lineMarks.changed();
    memory.changed(changed, at);
    return changed;
  }

  return { line, settings, missingRooms, unchangedLines, changedLines };
}
