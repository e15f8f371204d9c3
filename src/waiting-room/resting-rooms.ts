/**
 * The rooms at rest of the process that ticks: those in which nothing happens until somebody comes. They are left out of
 * its ticks. A step of this process wakes a room at once; one of another process changes its line, whose mark is then
 * looked at within a second. A tick does nothing for a room at rest, except where its line may have changed, or it is due.
 */
import { isEmpty, isSameAtRest, restOf } from './at-rest.ts';
import type { TickTime } from './inlets/token-bucket.ts';
import type { SeenLane, SeenLanes } from './lane-inlet.ts';
import { type LineId, roomOfLine } from './lanes.ts';
import type { LineView } from './line/counters.ts';
import type { RoomId, RoomSettings } from './room.ts';
import type { LineWatcher } from './watch-line.ts';
import { viewOfLanes } from './whole-view.ts';

/** How long a room must have been empty before it rests, in ms. */
const QUIET_FOR = 10_000;
/** How often the marks of a room at rest are looked at, at most, in ms. */
const MARKS_EVERY = 1000;
/** How often a room at rest is advanced all the same, in ms. */
const ADVANCE_EVERY = 5 * 60_000;
/** After so many ms without a tick, another process may have ticked, or the clock jumped: all rooms are advanced. */
const GAP = 10_000;
/** How long after an event its minute is over, and measured with what all processes reported, in ms. */
const MEASURED_AFTER = 75_000;
/** Rooms begin their periods apart from each other, by this part of one: the golden ratio spreads any number of them. */
const APART = 0.618_034;

interface Rest {
  readonly settings: RoomSettings;
  readonly lanes: SeenLanes;
  readonly view: LineView;
  /** When it was seen, in ms, by the clock of this process. */
  readonly seenAt: number;
  /** When the rest began, and how many looks there had been. */
  readonly beganAt: number;
  readonly beganAfter: number;
  /** When something happens by itself, and when the room is advanced all the same. */
  readonly endsAt: number;
  readonly advanceAt: number;
  /** When its marks were looked at last. */
  marksAt: number;
}

/** How a room was left at its last tick at rest. */
export interface Rested extends TickTime {
  /** Whether nothing happened since: it is only looked at. */
  readonly isUndisturbed: boolean;
}

/** A step of this process wakes a room at the next tick, and so does a view that shows a step of another process. */
export interface RestingRooms extends LineWatcher {
  /** Keeps a room awake until what happened in it without a step of the line is measured. */
  keepAwake(room: RoomId): void;
  /** Wakes the rooms in which something happened, and those that are due. To be called at the beginning of a tick. */
  look(): Promise<void>;
  /** Wakes a room now, because it is advanced. */
  end(room: RoomId): void;
  /** Leaves out those at rest, as long as their settings are the same and all rooms of their group rest. Quick for the same array. */
  awake(rooms: readonly RoomSettings[]): readonly RoomSettings[];
  /** Takes note of a room that was advanced. To be called for all of a tick, then {@link RestingRooms.settle}. */
  saw(room: RoomSettings, lanes: SeenLanes): void;
  /** Lets rooms rest that were quiet for long enough. To be called at the end of a tick. */
  settle(): void;
  /** How a room was left whose inlet has not ticked since its rest. */
  restedAt(room: RoomId): Rested | null;
  /** Takes note that the inlet of a room ticked, or that its tick was left out because the room is still quiet. */
  ticked(room: RoomId): void;
  skipped(room: RoomId, view: LineView): void;
  isAtRest(room: RoomId): boolean;
}

export interface RestingRoomsDeps {
  readonly now: () => number;
  /** The lines that may have changed since it was asked whether they had. */
  readonly changedLines: () => Promise<ReadonlySet<LineId>>;
  readonly unchangedLines: (lanes: readonly SeenLane[]) => Promise<ReadonlySet<LineId>>;
  /** Whether the measurements of a room are complete. `occupiedAt` is when somebody was last there, in ms. */
  readonly isMeasured: (room: RoomId, view: LineView, occupiedAt: number) => boolean;
  /** Called for each room that was at rest until `at`, in ms. Answers when it must be called again at the latest. */
  readonly roomRests: (room: RoomId, lanes: SeenLanes, at: number) => number;
}

interface Seen {
  readonly room: RoomSettings;
  readonly lanes: SeenLanes;
  readonly at: number;
  /** Since when it has been empty, and when somebody was last seen in it; -Infinity for never. */
  readonly since: number;
  readonly occupiedAt: number;
  /** For how long it may rest, in ms. */
  readonly rest: number;
}

export function createRestingRooms(deps: RestingRoomsDeps): RestingRooms {
  const { now, changedLines, unchangedLines, isMeasured, roomRests } = deps;
  const resting = new Map<RoomId, Rest>();
  /** When each room at rest ends its rest, is advanced, or has its marks looked at, in ms. */
  const dueAt = new Map<RoomId, number>();
  /** The rooms at rest whose marks have to be looked at, and until when each is known to have been quiet, in ms. */
  const doubtful = new Map<RoomId, number>();
  const seen = new Map<RoomId, Seen>();
  const rested = new Map<RoomId, Rested>();
  const keptUntil = new Map<RoomId, number>();
  /** The rooms that were seen in this tick. One whose tick failed may not rest: somebody may be waiting in it. */
  const seenNow = new Set<RoomId>();
  /** All rooms, those of them that are in groups, and those that are not at rest. */
  let known: readonly RoomSettings[] = [];
  let grouped: readonly RoomSettings[] = [];
  let awake = new Map<RoomId, RoomSettings>();
  let woken = new Set<RoomId>();
  let order = 0;
  /** How many looks there were, and when the last one was, in ms. */
  let looks = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;

  function end(room: RoomId, isUndisturbed = false): void {
    const rest = resting.get(room);
    if (!rest) return;
    const { settings, lanes, view, seenAt, beganAt, beganAfter } = rest;
    const quietAt = beganAfter === looks ? beganAt : lookedAt;
    roomRests(room, lanes, doubtful.get(room) ?? quietAt);
    for (const each of [resting, dueAt, doubtful]) each.delete(room);
    awake.set(room, settings);
    const { clock, shifted } = view;
    rested.set(room, { now: clock + Math.max(0, quietAt - seenAt), shifted, own: quietAt, isUndisturbed });
  }

  /** Takes note of other rooms, or other settings. */
  function take(rooms: readonly RoomSettings[]): void {
    for (const room of rooms) {
      const rest = resting.get(room.id);
      if (rest && rest.settings !== room) end(room.id);
    }
    const ids = new Set(rooms.map(({ id }) => id));
    for (const each of [resting, dueAt, doubtful, seen, rested, keptUntil]) {
      for (const id of each.keys()) if (!ids.has(id)) each.delete(id);
    }
    known = rooms;
    grouped = rooms.filter(({ group }) => group);
    awake = new Map(rooms.filter(({ id }) => !resting.has(id)).map((room) => [room.id, room]));
  }

  /** The rooms of a group share places: all of them rest, or none. */
  function endGroups(): void {
    const busy = new Set(grouped.flatMap(({ id, group }) => (group && !resting.has(id) ? [group.id] : [])));
    for (const { id, group } of grouped) if (group && busy.has(group.id)) end(id);
  }

  function doubt(room: RoomId): void {
    if (!doubtful.has(room)) doubtful.set(room, lookedAt);
  }

  function endThoseDue(at: number): void {
    for (const [room, due] of dueAt) {
      const rest = at < due ? undefined : resting.get(room);
      if (!rest) continue;
      if (at >= rest.endsAt) end(room);
      else if (at >= rest.advanceAt) end(room, true);
      else doubt(room);
    }
  }

  async function lookAtMarks(at: number): Promise<void> {
    for (const line of await changedLines()) if (resting.has(roomOfLine(line))) doubt(roomOfLine(line));
    const due = [...doubtful.keys()].flatMap((room) => {
      const rest = resting.get(room);
      return rest && Math.abs(at - rest.marksAt) >= MARKS_EVERY ? [[room, rest] as const] : [];
    });
    const lanes = due.flatMap(([, rest]) => rest.lanes);
    const unchanged = lanes.length === 0 ? new Set() : await unchangedLines(lanes);
    for (const [room, rest] of due) {
      // It may have been woken meanwhile.
      if (resting.get(room) !== rest) continue;
      rest.marksAt = at;
      if (rest.lanes.every(({ line }) => unchanged.has(line))) confirm(room, rest, at);
      else end(room);
    }
  }

  /** The room is still quiet. */
  function confirm(room: RoomId, { lanes, endsAt, advanceAt }: Rest, at: number): void {
    doubtful.delete(room);
    dueAt.set(room, Math.min(endsAt, advanceAt, roomRests(room, lanes, at)));
  }

  function mayRest({ room, lanes, at, since, occupiedAt, rest }: Seen): boolean {
    if (at < (keptUntil.get(room.id) ?? at)) return false;
    keptUntil.delete(room.id);
    const isQuiet = rest > 0 && at - since >= QUIET_FOR && seenNow.has(room.id) && !woken.has(room.id);
    return isQuiet && isMeasured(room.id, viewOfLanes(lanes), occupiedAt);
  }

  function begin({ room, lanes, at, rest }: Seen): void {
    const [spread, moment] = [(order * APART) % 1, now()];
    order += 1;
    const isKnown = rested.get(room.id)?.isUndisturbed === true;
    const endsAt = at + rest;
    // Once spread, they stay apart.
    const advanceAt = moment + (isKnown ? ADVANCE_EVERY : ADVANCE_EVERY * (1 - spread / 2));
    resting.set(room.id, {
      settings: room,
      lanes,
      view: lanes[0].view,
      seenAt: at,
      beganAt: moment,
      beganAfter: looks,
      endsAt,
      advanceAt,
      marksAt: isKnown ? moment : moment - MARKS_EVERY * spread,
    });
    dueAt.set(room.id, Math.min(endsAt, advanceAt));
    doubtful.set(room.id, moment);
    awake.delete(room.id);
    rested.delete(room.id);
  }

  return {
    wake: (room) => void woken.add(room),
    viewed(line, view) {
      const room = roomOfLine(line);
      const known = resting.get(room)?.lanes.find((lane) => lane.line === line);
      // One that is awake must be seen once more before it rests.
      if (!known || !isSameAtRest(known.view, view)) woken.add(room);
    },
    keepAwake(room) {
      woken.add(room);
      keptUntil.set(room, now() + MEASURED_AFTER);
    },
    end,
    async look() {
      const wakes = woken;
      woken = new Set();
      seenNow.clear();
      const at = now();
      const ends = Math.abs(at - lookedAt) > GAP ? [...resting.keys()] : wakes;
      for (const room of ends) end(room);
      endThoseDue(at);
      if (resting.size > 0) await lookAtMarks(at);
      looks += 1;
      lookedAt = at;
    },
    awake(rooms) {
      if (rooms !== known) take(rooms);
      endGroups();
      return [...awake.values()];
    },
    saw(room, lanes) {
      const at = now();
      const rest = restOf(room, lanes, at);
      const before = seen.get(room.id);
      const isQuiet = rest > 0 && before !== undefined && before.rest > 0 && at >= before.at;
      const isOccupied = !lanes.every(({ view }) => isEmpty(view));
      const occupiedAt = isOccupied ? at : (before?.occupiedAt ?? Number.NEGATIVE_INFINITY);
      seen.set(room.id, { room, lanes, at, since: isQuiet ? before.since : at, occupiedAt, rest });
      seenNow.add(room.id);
    },
    settle() {
      const may = (each: Seen | undefined) => each !== undefined && mayRest(each);
      const busyGroups = new Set(
        grouped.filter(({ id }) => !resting.has(id) && !may(seen.get(id))).map(({ group }) => group?.id),
      );
      for (const [id, room] of awake) {
        const last = seen.get(id);
        if (last?.room !== room || busyGroups.has(room.group?.id)) continue;
        if (mayRest(last)) begin(last);
      }
    },
    restedAt: (room) => rested.get(room) ?? null,
    ticked: (room) => void rested.delete(room),
    skipped(room, { clock, shifted }) {
      rested.set(room, { now: clock, shifted, own: now(), isUndisturbed: true });
    },
    isAtRest: (room) => resting.has(room) && Math.abs(now() - lookedAt) <= GAP,
  };
}
