/**
 * The rooms at rest of the process that ticks: those in which nothing happens until somebody comes. They are left out of
 * its ticks. A step of this process wakes a room at once; one of another process moves the mark of a line, which is looked
 * at every second.
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
/** How often the marks of a room at rest are looked at, in ms. */
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
  /** When something happens by itself, and when the room is advanced all the same. */
  readonly endsAt: number;
  readonly advanceAt: number;
  /** When its marks were looked at last, and when it was found at rest last. */
  marksAt: number;
  quietAt: number;
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
  /** Leaves out those at rest, as long as their settings are the same and all rooms of their group rest. */
  awake(rooms: readonly RoomSettings[]): readonly RoomSettings[];
  /** Takes note of a room that was advanced. To be called for all of a tick, then {@link RestingRooms.settle}. */
  saw(room: RoomSettings, lanes: SeenLanes): void;
  /** Lets rooms rest that were quiet for long enough. To be called at the end of a tick. */
  settle(rooms: readonly RoomSettings[]): void;
  /** How a room was left whose inlet has not ticked since its rest. */
  restedAt(room: RoomId): Rested | null;
  /** Takes note that the inlet of a room ticked, or that its tick was left out because the room is still quiet. */
  ticked(room: RoomId): void;
  skipped(room: RoomId, view: LineView): void;
  isAtRest(room: RoomId): boolean;
  count(): number;
}

export interface RestingRoomsDeps {
  readonly now: () => number;
  readonly unchangedLines: (lanes: readonly SeenLane[]) => Promise<ReadonlySet<LineId>>;
  /** Whether the measurements of a room are complete. `occupiedAt` is when somebody was last there, in ms. */
  readonly isMeasured: (room: RoomId, view: LineView, occupiedAt: number) => boolean;
  /** Called every second for each room at rest. */
  readonly roomRests: (room: RoomId, lanes: SeenLanes) => void;
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
  const { now, unchangedLines, isMeasured, roomRests } = deps;
  const resting = new Map<RoomId, Rest>();
  const seen = new Map<RoomId, Seen>();
  const rested = new Map<RoomId, Rested>();
  const keptUntil = new Map<RoomId, number>();
  /** The rooms that were seen in this tick. One whose tick failed may not rest: somebody may be waiting in it. */
  const seenNow = new Set<RoomId>();
  let woken = new Set<RoomId>();
  let order = 0;

  function end(room: RoomId, isUndisturbed = false): void {
    const rest = resting.get(room);
    if (!rest) return;
    resting.delete(room);
    const { view, seenAt, quietAt } = rest;
    const { clock, shifted } = view;
    rested.set(room, { now: clock + Math.max(0, quietAt - seenAt), shifted, own: quietAt, isUndisturbed });
  }

  /** The rooms of a group share places: all of them rest, or none. */
  function endGroups(rooms: readonly RoomSettings[]): void {
    const awake = new Set(rooms.flatMap(({ id, group }) => (group && !resting.has(id) ? [group.id] : [])));
    for (const { id, group } of rooms) if (group && awake.has(group.id)) end(id);
  }

  async function lookAtMarks(): Promise<void> {
    const at = now();
    const due = [...resting].filter(([, { marksAt }]) => Math.abs(at - marksAt) >= MARKS_EVERY);
    const seenLanes = due.flatMap(([, { lanes }]) => lanes);
    const unchanged = seenLanes.length === 0 ? new Set() : await unchangedLines(seenLanes);
    for (const [room, rest] of due) {
      rest.marksAt = at;
      if (rest.lanes.every(({ line }) => unchanged.has(line))) roomRests(room, rest.lanes);
      else end(room);
    }
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
    resting.set(room.id, {
      settings: room,
      lanes,
      view: lanes[0].view,
      seenAt: at,
      endsAt: at + rest,
      // Once spread, they stay apart.
      advanceAt: moment + (isKnown ? ADVANCE_EVERY : ADVANCE_EVERY * (1 - spread / 2)),
      marksAt: isKnown ? moment : moment - MARKS_EVERY * spread,
      quietAt: moment,
    });
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
      for (const [room, { quietAt, endsAt, advanceAt }] of resting) {
        if (wakes.has(room) || Math.abs(at - quietAt) > GAP || at >= endsAt) end(room);
        else if (at >= advanceAt) end(room, true);
      }
      await lookAtMarks();
      for (const rest of resting.values()) rest.quietAt = at;
    },
    awake(rooms) {
      for (const room of rooms) {
        const rest = resting.get(room.id);
        if (rest && rest.settings !== room) end(room.id);
      }
      endGroups(rooms);
      return rooms.filter(({ id }) => !resting.has(id));
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
    settle(rooms) {
      const ids = new Set(rooms.map(({ id }) => id));
      for (const each of [seen, resting, rested, keptUntil]) {
        for (const id of each.keys()) if (!ids.has(id)) each.delete(id);
      }
      const may = (each: Seen | undefined) => each !== undefined && mayRest(each);
      const busyGroups = new Set(
        rooms.filter(({ id, group }) => group && !resting.has(id) && !may(seen.get(id))).map(({ group }) => group?.id),
      );
      for (const room of rooms) {
        const last = seen.get(room.id);
        if (resting.has(room.id) || last?.room !== room || busyGroups.has(room.group?.id)) continue;
        if (mayRest(last)) begin(last);
      }
    },
    restedAt: (room) => rested.get(room) ?? null,
    ticked: (room) => void rested.delete(room),
    skipped(room, { clock, shifted }) {
      rested.set(room, { now: clock, shifted, own: now(), isUndisturbed: true });
    },
    isAtRest(room) {
      const rest = resting.get(room);
      return rest !== undefined && Math.abs(now() - rest.quietAt) <= GAP;
    },
    count: () => resting.size,
  };
}
