/**
 * What time does to rooms: events begin and end, draws happen, inlets tick, the speed of the line is written down.
 * One process at a time has this to do; two at once would do no harm, as each change is one atomic step that is
 * taken once.
 */
import type { Emit } from './activity.ts';
import type { DrawSchedule } from './draw-schedule.ts';
import { measure, readMeter } from './estimate.ts';
import { heartbeatOf } from './facts.ts';
import type { Signal } from './inlets/index.ts';
import { tickInlet } from './inlets/index.ts';
import type { LineStore, LineView, SettingsStore } from './ports.ts';
import type { RoomId, RoomSettings } from './room.ts';
import { lineRules, settingsAt } from './room.ts';
import { createStory } from './story.ts';

export interface Advance {
  /** One room, now: a place became free, or an operator changed something. Any process may, at any time. */
  room(id: RoomId): Promise<void>;
  /** All rooms, and tells their story; one that fails does not keep the others, and rejects at the end. */
  all(): Promise<void>;
  /**
   * Since when visitors could be heard without a gap. Until everybody had the time to be heard again, no inlet passes
   * over people who are away: they may be there.
   */
  hearingSince(at: number): void;
}

type LineVerbs = 'view' | 'raise' | 'configure' | 'note';

export interface AdvanceDeps {
  readonly store: {
    readonly line: Pick<LineStore, LineVerbs>;
    readonly settings: Pick<SettingsStore, 'room' | 'rooms'>;
  };
  readonly drawSchedule: DrawSchedule;
  readonly now: () => number;
  readonly emit: Emit;
  /** Called after each look at a room that is one of all. */
  readonly looked: (room: RoomId) => void;
}

/** Rules are set again after so long, in ms: another process, whose clock is a little behind, may have set old ones. */
const APPLIED_FOR = 10_000;
/** From a heartbeat to its being counted, in ms: the page's jitter, and what each process gathers for a second. */
const COUNTED_AFTER = 2000;

export function createAdvance({ store, drawSchedule, now, emit, looked }: AdvanceDeps): Advance {
  const { line } = store;
  const goOn = createStory({ line, now, emit });
  /** The line's rules as this process set them last, as JSON, and when. */
  const applied = new Map<RoomId, { readonly rules: string; readonly at: number }>();
  let heardSince = Number.NEGATIVE_INFINITY;

  async function advance(configured: RoomSettings): Promise<LineView> {
    const { id } = configured;
    const settings = settingsAt(configured, now());
    await applyRules(settings);
    const view = await turnDraws(configured, await line.view(id, now()));
    await tick(settings, view);
    await writeMeter(settings, view);
    return view;
  }

  /** An event that begins or ends changes the rules without an operator's hand. */
  async function applyRules(settings: RoomSettings): Promise<void> {
    const rules = lineRules(settings);
    const text = JSON.stringify(rules);
    const last = applied.get(settings.id);
    if (last?.rules === text && Math.abs(now() - last.at) < APPLIED_FOR) return;
    await line.configure(settings.id, rules, now());
    applied.set(settings.id, { rules: text, at: now() });
  }

  /** The view after what events brought. */
  async function turnDraws(settings: RoomSettings, view: LineView): Promise<LineView> {
    const { id } = settings;
    if (!(await drawSchedule.advance(settings, view))) return view;
    const after = await line.view(id, now());
    emitRaised(id, 'draw', view.counters.serving, after.counters.serving);
    return after;
  }

  async function tick(settings: RoomSettings, view: LineView): Promise<void> {
    const { id, mode, inlet } = settings;
    if (mode !== 'queue' || view.alarm || mayNotBeHeardYet(settings, view)) return;
    const { inletState: from, notes } = view;
    const signal = notes.signal === '' ? null : (JSON.parse(notes.signal) as Signal);
    const { raise, state, skipped } = tickInlet(inlet, { now: now(), state: from, signal });
    if (!raise && state === from) return;
    const { raisedBy, applied, counters } = await line.raise(id, raise ?? { people: 0 }, now(), { from, to: state });
    if (!applied) return;
    emitRaised(id, `inlet:${inlet.strategy}`, counters.serving - raisedBy, counters.serving);
    if (skipped) emit('inlet.skipped', { room: id, periods: skipped });
  }

  /** Whether somebody who waits here counts as away only because nobody could hear them. */
  function mayNotBeHeardYet(settings: RoomSettings, { counters }: LineView): boolean {
    if (counters.present >= counters.waiting) return false;
    return now() < heardSince + heartbeatOf(settings) * 1000 + COUNTED_AFTER;
  }

  /** While nobody is to be served there is no speed: what was measured before says nothing of the time after. */
  async function writeMeter({ id, mode }: RoomSettings, { alarm, notes, turns }: LineView): Promise<void> {
    if (mode !== 'queue' || alarm) {
      if (notes.meter !== '') await line.note(id, 'meter', '');
      return;
    }
    const meter = measure(readMeter(notes.meter), turns, now());
    if (meter) await line.note(id, 'meter', JSON.stringify(meter));
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
          await goOn(room.id, await advance(room));
          looked(room.id);
        }),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
    hearingSince(at) {
      heardSince = at;
    },
  };
}
