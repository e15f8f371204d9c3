/**
 * What the passing of time does to rooms: events begin and end, draws happen, inlets tick, and the speed of the line is
 * measured. One process at a time does this, to save work; two at once do no harm, because each change is one atomic
 * step that the line takes once.
 */
import type { Emit } from './activity.ts';
import type { DrawSchedule } from './draw-schedule.ts';
import { measure, readMeter, timeOf } from './estimate.ts';
import { tickInlet } from './inlets/index.ts';
import { RAISED_ON_EXPIRY, raiseOnExpiry, withoutExpiry } from './inlets/raise-on-expiry.ts';
import type { LineView } from './line/counters.ts';
import { lineRules } from './line-rules.ts';
import { readSignal } from './origin-signal.ts';
import { heartbeatAfter } from './poll-intervals.ts';
import type { LineStore } from './ports/line.ts';
import type { SettingsStore } from './ports/settings.ts';
import type { RoomId, RoomSettings } from './room.ts';
import type { ReportRoomEvents } from './room-event-reporter.ts';
import { settingsAt } from './settings-at.ts';

export interface Advance {
  /**
   * Advances one room at once, because a place became free or an operator changed something. Any process may call it.
   */
  room(id: RoomId): Promise<void>;
  /** Advances all rooms and reports their events. A room that fails does not stop the others; rejects at the end. */
  all(): Promise<void>;
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
  readonly reportRoomEvents: ReportRoomEvents;
  readonly now: () => number;
  readonly emit: Emit;
  /** Called after {@link Advance.all} advanced a room. */
  readonly roomAdvanced: (room: RoomId) => void;
}

/** Rules are applied again after this time, in ms: another process with a slow clock may have applied older ones. */
const APPLIED_FOR = 10_000;
/** The time from a heartbeat until the line counts it, in ms: the page's jitter and a second in the buffer. */
const HEARTBEAT_DELAY = 2000;

export function createAdvance(deps: AdvanceDeps): Advance {
  const { store, drawSchedule, reportRoomEvents, now, emit, roomAdvanced } = deps;
  const { line } = store;
  /** The rules that this process applied last to each line, as JSON, and when. */
  const applied = new Map<RoomId, { readonly rules: string; readonly at: number }>();
  let continuousSince = Number.NEGATIVE_INFINITY;

  async function advance(configured: RoomSettings): Promise<LineView> {
    const { id } = configured;
    const settings = settingsAt(configured, now());
    await applyRules(settings);
    const view = await advanceDraws(configured, await line.view(id, now()));
    await tick(settings, view);
    await writeMeter(settings, view);
    return view;
  }

  /** The beginning or end of an event changes the rules without an operator's request. */
  async function applyRules(settings: RoomSettings): Promise<void> {
    const rules = lineRules(settings);
    const text = JSON.stringify(rules);
    const last = applied.get(settings.id);
    if (last?.rules === text && Math.abs(now() - last.at) < APPLIED_FOR) return;
    await line.configure(settings.id, rules, now());
    applied.set(settings.id, { rules: text, at: now() });
  }

  /** Returns the view after the draws. */
  async function advanceDraws(settings: RoomSettings, view: LineView): Promise<LineView> {
    const { id } = settings;
    if (!(await drawSchedule.advance(settings, view, missesHeartbeats(settings, view)))) return view;
    const after = await line.view(id, now());
    emitRaised(id, 'draw', view.counters.serving, after.counters.serving);
    return after;
  }

  async function tick(settings: RoomSettings, view: LineView): Promise<void> {
    const { id, mode, inlet, aws } = settings;
    if (mode !== 'queue' || view.alarm) return;
    if (view.counters.present < view.counters.waiting && missesHeartbeats(settings, view)) return;
    const { clock, shifted, inletState: from, notes } = view;
    const time = { now: clock, shifted, own: now() };
    const tickWith = (own: string) => tickInlet(inlet, { ...time, state: own, signal: readSignal(notes.signal) });
    const { generation, counters: seen } = view;
    const { raise, state, skipped, cause } = aws?.raise_on_expiry
      ? raiseOnExpiry(from, { generation, expired: seen.expired }, tickWith)
      : { ...tickWith(withoutExpiry(from)), cause: 'inlet' };
    if (!raise && state === from) return;
    const { raisedBy, applied, counters } = await line.raise(
      id,
      { ...(raise ?? { people: 0 }), step: { from, to: state } },
      now(),
    );
    if (!applied) return;
    emitRaised(
      id,
      cause === 'expiry' ? RAISED_ON_EXPIRY : `inlet:${inlet.strategy}`,
      counters.serving - raisedBy,
      counters.serving,
    );
    if (skipped) emit('inlet.skipped', { room: id, periods: skipped });
  }

  /** Whether visitors may count as absent only because heartbeats were lost in a gap. */
  function missesHeartbeats(settings: RoomSettings, { clock, heartbeatsSince }: LineView): boolean {
    const delay = heartbeatAfter(settings) * 1000 + HEARTBEAT_DELAY;
    return clock < heartbeatsSince + delay || now() < continuousSince + delay;
  }

  /** A room that serves nobody has no speed, and what was measured before does not predict the time after. */
  async function writeMeter({ id, mode }: RoomSettings, view: LineView): Promise<void> {
    const { alarm, notes, turns } = view;
    if (mode !== 'queue' || alarm) {
      if (notes.meter !== '') await line.note(id, { name: 'meter', value: '' }, now());
      return;
    }
    const meter = measure(readMeter(notes.meter), turns, timeOf(view));
    if (meter) await line.note(id, { name: 'meter', value: JSON.stringify(meter) }, now());
  }

  function emitRaised(room: RoomId, by: string, from: number, to: number): void {
    if (from !== to) emit('counter.raised', { room, by, from, to });
  }

  return {
    async room(id) {
      const settings = await store.settings.room(id);
      if (settings) await advance(settings);
    },
    async all() {
      const rooms = await store.settings.rooms();
      for (const id of applied.keys()) if (!rooms.some((room) => room.id === id)) applied.delete(id);
      const results = await Promise.allSettled(
        rooms.map(async (room) => {
          await reportRoomEvents(room.id, await advance(room));
          roomAdvanced(room.id);
        }),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
    heartbeatsContinuousSince(at) {
      continuousSince = at;
    },
  };
}
