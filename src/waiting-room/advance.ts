/**
 * What the passing of time does to rooms: events begin and end, draws happen, inlets tick, and the speed of the line is
 * measured. One process at a time does this, to save work; two at once do no harm, because each change is one atomic
 * step that the line takes once.
 */
import type { Emit } from './activity.ts';
import { restOf } from './at-rest.ts';
import type { DrawSchedule } from './draw-schedule.ts';
import { measure, readMeter, timeOf } from './estimate.ts';
import { groupsOf } from './groups.ts';
import type { Step, Tick } from './inlets/inlet.ts';
import { RAISED_ON_EXPIRY, raiseOnExpiry, withoutExpiry } from './inlets/raise-on-expiry.ts';
import { mayRestElsewhere, tickAfterRest } from './inlets/rest.ts';
import { type SeenLane, type SeenLanes, tickLanes, withoutLanes } from './lane-inlet.ts';
import { laneRules } from './lane-rules.ts';
import { hasLanes, inLane, type Lane, type LaneRef, type LineId, lanesOf, roomOfLine } from './lanes.ts';
import type { LineView } from './line/counters.ts';
import type { RaiseStep } from './line/serving.ts';
import type { LineRules } from './line-rules.ts';
import { readSignal } from './origin-signal.ts';
import { heartbeatAfter } from './poll-intervals.ts';
import type { LineStore } from './ports/line.ts';
import type { SettingsStore } from './ports/settings.ts';
import type { RestingRooms } from './resting-rooms.ts';
import type { RoomId, RoomSettings } from './room.ts';
import type { ReportRoomEvents } from './room-event-reporter.ts';
import { createRoomsOfTick } from './rooms-of-tick.ts';
import { settingsAt } from './settings-at.ts';
import { createShareGroup } from './share-group.ts';
import { createSharePlaces } from './share-places.ts';
import { isSoldOut } from './stock.ts';
import { viewOfLanes } from './whole-view.ts';

export interface Advance {
  /**
   * Advances one room at once, because a place became free or an operator changed something. Any process may call it.
   */
  room(id: RoomId): Promise<void>;
  /** Advances all rooms that are not at rest and reports their events. A room that fails does not stop the others; rejects at the end. */
  all(): Promise<void>;
  /** All rooms, as the last tick of {@link Advance.all} read their settings. */
  rooms(): readonly RoomSettings[];
  /**
   * Says since when heartbeats have arrived without a gap. For one heartbeat interval after a gap, no inlet and no draw
   * passes over absent visitors: they may be present, and only their heartbeats were lost.
   */
  heartbeatsContinuousSince(at: number): void;
}

export interface AdvanceDeps {
  readonly store: {
    readonly line: Pick<LineStore, 'view' | 'raise' | 'configure' | 'note'>;
    readonly settings: Pick<SettingsStore, 'room' | 'rooms'>;
  };
  readonly drawSchedule: DrawSchedule;
  readonly reportRoomEvents: ReportRoomEvents['report'];
  readonly now: () => number;
  readonly emit: Emit;
  readonly resting: RestingRooms;
  /** Called after {@link Advance.all} advanced a room; `isQuiet` where it only looked at one at rest. */
  readonly roomAdvanced: (room: RoomId, view: LineView, isQuiet: boolean) => Promise<void>;
  /** Closes a room in which nothing is left to sell. */
  readonly closeSoldOut: (seen: RoomSettings) => Promise<void>;
}

/** Rules are applied again after this time, in ms: another process with a slow clock may have applied older ones. */
const APPLIED_FOR = 10_000;
/** The time from a heartbeat until the line counts it, in ms: the page's jitter and a second in the buffer. */
const HEARTBEAT_DELAY = 2000;
/** A process that called {@link Advance.all} within so many ms is the one that ticks. */
const TICKS_WITHIN = 10_000;
/** After so many ms, a gap is over in every room. */
const LONGEST_GAP = 60_000;

export function createAdvance(deps: AdvanceDeps): Advance {
  const { store, drawSchedule, reportRoomEvents, now, emit, resting, roomAdvanced, closeSoldOut } = deps;
  const { line } = store;
  /** The rules that this process applied last to each line, as JSON, and when. */
  const applied = new Map<LineId, { readonly rules: string; readonly at: number }>();
  const sharePlaces = createSharePlaces(line, now);
  const shareGroup = createShareGroup(line, now);
  const roomsOfTick = createRoomsOfTick({ settings: store.settings, resting, now });
  let tickedRooms: readonly RoomSettings[] = [];
  let tickedAt = Number.NEGATIVE_INFINITY;
  let continuousSince = Number.NEGATIVE_INFINITY;

  /** Returns the lanes as they were seen, the default lane first. */
  async function advance(configured: RoomSettings): Promise<SeenLanes> {
    const settings = settingsAt(configured, now());
    const lanes = await advanceLines(configured, settings);
    if (isSoldOut(settings, lanes)) {
      await closeSoldOut(configured);
      return lanes;
    }
    if (resting.restedAt(settings.id)?.isUndisturbed && restOf(configured, lanes, now()) > 0) {
      resting.skipped(settings.id, lanes[0].view);
      return lanes;
    }
    await (hasLanes(settings) ? tickTogether(settings, lanes) : tick(settings, lanes[0].view));
    resting.ticked(settings.id);
    await Promise.all(lanes.map((lane) => writeMeter(settings, lane)));
    return lanes;
  }

  async function advanceLines(configured: RoomSettings, settings: RoomSettings): Promise<SeenLanes> {
    const [first, ...others] = lanesOf(settings);
    const see = async (lane: Lane): Promise<SeenLane> => {
      await applyRules(lane.line, laneRules(settings, lane.name));
      return { ...lane, view: await advanceDraws(configured, lane, await line.view(lane.line, now())) };
    };
    const lanes: SeenLanes = await Promise.all([see(first), ...others.map(see)]);
    return others.length === 0 ? lanes : sharePlaces(settings, lanes);
  }

  function forgetOthers(rooms: readonly RoomSettings[]): void {
    const ids = new Set(rooms.map(({ id }) => id));
    for (const id of applied.keys()) if (!ids.has(roomOfLine(id))) applied.delete(id);
  }

  /** The groups of some rooms. */
  async function shareGroups(rooms: readonly RoomSettings[], of: readonly RoomSettings[]): Promise<void> {
    const ids = new Set(of.flatMap(({ group }) => (group ? [group.id] : [])));
    if (ids.size === 0) return;
    const groups = groupsOf(rooms).filter(({ id }) => ids.has(id));
    await Promise.all(groups.map((group) => shareGroup(group, rooms)));
  }

  /** The beginning or end of an event changes the rules without an operator's request. */
  async function applyRules(id: LineId, rules: LineRules): Promise<void> {
    const text = JSON.stringify(rules);
    const last = applied.get(id);
    const isUndisturbed = resting.restedAt(roomOfLine(id))?.isUndisturbed === true;
    if (last?.rules === text && (isUndisturbed || Math.abs(now() - last.at) < APPLIED_FOR)) return;
    await line.configure(id, rules, now());
    applied.set(id, { rules: text, at: now() });
  }

  /** Returns the view after the draws. */
  async function advanceDraws(settings: RoomSettings, lane: Lane, view: LineView): Promise<LineView> {
    const { line: id, name } = lane;
    if (!(await drawSchedule.advance(settings, view, missesHeartbeats(settings, view), id))) return view;
    const after = await line.view(id, now());
    emitRaised({ room: settings.id, lane: name }, 'draw', view.counters.serving, after.counters.serving);
    return after;
  }

  function tickInlet({ id, inlet }: RoomSettings, tick: Tick): Step {
    const isTicking = Math.abs(now() - tickedAt) < TICKS_WITHIN;
    if (!isTicking && mayRestElsewhere(inlet, tick)) return { raise: null, state: tick.state };
    return tickAfterRest(inlet, tick, resting.restedAt(id));
  }

  /** The one inlet of a room with lanes. */
  async function tickTogether(settings: RoomSettings, lanes: SeenLanes): Promise<void> {
    const { id, mode, inlet } = settings;
    const [{ view }] = lanes;
    if (mode !== 'queue' || view.alarm) return;
    const mayMiss = ({ view: { counters }, view }: SeenLane) =>
      counters.present < counters.waiting && missesHeartbeats(settings, view);
    if (lanes.some(mayMiss)) return;
    const { clock, shifted, notes } = view;
    const time = { now: clock, shifted, own: now() };
    const signal = readSignal(notes.signal);
    const step = tickLanes(lanes, (state) => tickInlet(settings, { ...time, state: withoutExpiry(state), signal }));
    const raise = async (lane: Lane, by: RaiseStep) => {
      const { raisedBy, applied, counters } = await line.raise(lane.line, by, now());
      const { serving } = counters;
      emitRaised({ room: id, lane: lane.name }, `inlet:${inlet.strategy}`, serving - raisedBy, serving);
      return applied;
    };
    if (step.own && !(await raise(lanes[0], step.own))) return;
    await Promise.all(step.others.map(({ lane, by }) => raise(lane, by)));
    if (step.skipped) emit('inlet.skipped', { room: id, periods: step.skipped });
  }

  async function tick(settings: RoomSettings, view: LineView): Promise<void> {
    const { id, mode, inlet, aws } = settings;
    if (mode !== 'queue' || view.alarm) return;
    if (view.counters.present < view.counters.waiting && missesHeartbeats(settings, view)) return;
    const { clock, shifted, inletState: from, notes } = view;
    const time = { now: clock, shifted, own: now() };
    const signal = readSignal(notes.signal);
    const tickWith = (own: string) => tickInlet(settings, { ...time, state: own, signal });
    const before = withoutLanes(from);
    const { generation, counters: seen } = view;
    const { raise, state, skipped, cause } = aws?.raise_on_expiry
      ? raiseOnExpiry(before, { generation, expired: seen.expired }, tickWith)
      : { ...tickWith(withoutExpiry(before)), cause: 'inlet' };
    if (!raise && state === from) return;
    const { raisedBy, applied, counters } = await line.raise(
      id,
      { ...(raise ?? { people: 0 }), step: { from, to: state } },
      now(),
    );
    if (!applied) return;
    emitRaised(
      { room: id },
      cause === 'expiry' ? RAISED_ON_EXPIRY : `inlet:${inlet.strategy}`,
      counters.serving - raisedBy,
      counters.serving,
    );
    if (skipped) emit('inlet.skipped', { room: id, periods: skipped });
  }

  /** Whether visitors may count as absent only because heartbeats were lost in a gap. */
  function missesHeartbeats(settings: RoomSettings, { clock, heartbeatsSince }: LineView): boolean {
    const delay = heartbeatAfter(settings) * 1000 + HEARTBEAT_DELAY;
    // This process's clock may have been set back.
    continuousSince = Math.min(continuousSince, now());
    if (now() >= continuousSince + LONGEST_GAP) continuousSince = Number.NEGATIVE_INFINITY;
    return clock < heartbeatsSince + delay || now() < continuousSince + delay;
  }

  /** A room that serves nobody has no speed, and what was measured before does not predict the time after. */
  async function writeMeter({ mode }: RoomSettings, { line: id, view }: SeenLane): Promise<void> {
    const { alarm, notes, turns } = view;
    if (mode !== 'queue' || alarm) {
      if (notes.meter !== '') await line.note(id, { name: 'meter', value: '' }, now());
      return;
    }
    const meter = measure(readMeter(notes.meter), turns, timeOf(view));
    if (meter) await line.note(id, { name: 'meter', value: JSON.stringify(meter) }, now());
  }

  function emitRaised({ room, lane }: LaneRef, by: string, from: number, to: number): void {
    if (from !== to) emit('counter.raised', { room, ...inLane(lane), by, from, to });
  }

  return {
    async room(id) {
      const settings = await store.settings.room(id);
      if (!settings) return;
      resting.end(id);
      if (settings.group) await shareGroups(await store.settings.rooms(), [settings]);
      await advance(settings);
    },
    async all() {
      const { all: rooms, awake } = await roomsOfTick();
      if (rooms !== tickedRooms) forgetOthers(rooms);
      [tickedRooms, tickedAt] = [rooms, now()];
      const [shared] = await Promise.allSettled([shareGroups(rooms, awake)]);
      const results = await Promise.allSettled(
        awake.map(async (room) => {
          const lanes = await advance(room);
          await reportRoomEvents(room.id, lanes);
          await roomAdvanced(room.id, viewOfLanes(lanes), resting.restedAt(room.id) !== null);
          resting.saw(room, lanes);
        }),
      );
      resting.settle();
      const failed = [shared, ...results].find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
    rooms: () => tickedRooms,
    heartbeatsContinuousSince(at) {
      continuousSince = at;
    },
  };
}
