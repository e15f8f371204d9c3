/**
 * What time does to rooms: events begin and end, draws happen, inlets tick, the speed of the line is written down.
 * One process at a time has this to do; two at once would do no harm, as each change is one atomic step that is
 * taken once.
 */
import type { Tell } from './activity.ts';
import { measure, readMeter } from './estimate.ts';
import type { Signal } from './inlets/index.ts';
import { tickInlet } from './inlets/index.ts';
import type { DrawRecord, LineStore, LineView, SettingsStore } from './ports.ts';
import type { Prequeue } from './prequeue.ts';
import type { RoomId, RoomSettings } from './room.ts';
import { lineRules, settingsAt } from './room.ts';

export interface Advance {
  room(id: RoomId): Promise<void>;
  /** All rooms; one that fails does not keep the others, and rejects at the end. */
  all(): Promise<void>;
}

type LineVerbs = 'view' | 'raise' | 'configure' | 'note';

export interface AdvanceDeps {
  readonly store: {
    readonly line: Pick<LineStore, LineVerbs>;
    readonly settings: Pick<SettingsStore, 'room' | 'rooms'>;
  };
  readonly prequeue: Prequeue;
  readonly now: () => number;
  readonly tell: Tell;
}

/** What this process saw of a room at its last tick, to tell what changed since. */
interface Seen {
  /** The line's rules as JSON. */
  rules: string;
  view: LineView | null;
  metricsAt: number;
}

/** How often the counters are told, in ms. */
const METRICS_EVERY = 60_000;

export function createAdvance({ store, prequeue, now, tell }: AdvanceDeps): Advance {
  const { line } = store;
  const seen = new Map<RoomId, Seen>();

  async function advance(configured: RoomSettings): Promise<void> {
    const { id } = configured;
    const settings = settingsAt(configured, now());
    let last = seen.get(id);
    if (!last) {
      last = { rules: '', view: null, metricsAt: now() };
      seen.set(id, last);
    }
    await applyRules(settings, last);
    const view = await line.view(id, now());
    await prequeue.turn(configured, view);
    await tick(settings, view);
    await writeMeter(id, view);
    tellChanges(id, last, view);
    last.view = view;
  }

  /** An event that begins or ends changes the rules without an operator's hand. */
  async function applyRules(settings: RoomSettings, last: Seen): Promise<void> {
    const rules = lineRules(settings);
    const text = JSON.stringify(rules);
    if (last.rules === text) return;
    await line.configure(settings.id, rules, now());
    last.rules = text;
  }

  async function tick({ id, mode, inlet }: RoomSettings, view: LineView): Promise<void> {
    if (mode !== 'queue' || view.alarm) return;
    const { inletState: from, notes } = view;
    const signal = notes.signal === '' ? null : (JSON.parse(notes.signal) as Signal);
    const { raise, state, skipped } = tickInlet(inlet, { now: now(), state: from, signal });
    if (!raise && state === from) return;
    const { raisedBy, applied, counters } = await line.raise(id, raise ?? { people: 0 }, now(), { from, to: state });
    if (!applied) return;
    if (raisedBy !== 0) {
      const to = counters.serving;
      tell('counter.raised', { room: id, by: `inlet:${inlet.strategy}`, from: to - raisedBy, to });
    }
    if (skipped) tell('inlet.skipped', { room: id, periods: skipped });
  }

  async function writeMeter(id: RoomId, view: LineView): Promise<void> {
    const meter = measure(readMeter(view.notes.meter), view.turns, now());
    if (meter) await line.note(id, 'meter', JSON.stringify(meter));
  }

  function tellChanges(room: RoomId, last: Seen, view: LineView): void {
    const before = last.view?.generation === view.generation ? last.view : null;
    if (before) {
      const expired = view.counters.expired - before.counters.expired;
      if (expired > 0) tell('turns.expired', { room, count: expired });
      for (const draw of view.draws) tellDraw(room, before.draws[draw.draw - 1], draw);
    }
    if (now() - last.metricsAt < METRICS_EVERY) return;
    last.metricsAt = now();
    tell('room.metrics', { room, counters: view.counters });
  }

  function tellDraw(room: RoomId, before: DrawRecord | undefined, draw: DrawRecord): void {
    const { event, seedHash, entrants, seed } = draw;
    if (!before) tell('draw.announced', { room, event, seed_hash: seedHash });
    if (entrants !== null && seed !== null && before?.entrants == null)
      tell('draw.done', { room, event, entrants, seed });
  }

  return {
    async room(id) {
      const settings = await store.settings.room(id);
      if (settings) await advance(settings);
    },
    async all() {
      const rooms = await store.settings.rooms();
      for (const id of seen.keys()) if (!rooms.some((room) => room.id === id)) seen.delete(id);
      const results = await Promise.allSettled(rooms.map(advance));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}
