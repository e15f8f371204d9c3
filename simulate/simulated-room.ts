/**
 * A room on the virtual clock. It does what the service's clock does: starts events, draws, ticks the inlet, measures
 * the speed. The line is a plain value without a store, so it calls the line's steps where `advance.ts` calls a store.
 */
import { commitment } from '#waiting-room/draw.ts';
import { type Meter, measure, perMinute, type Range } from '#waiting-room/estimate.ts';
import { type Signal, tickInlet } from '#waiting-room/inlets/index.ts';
import type { Counters } from '#waiting-room/line/counters.ts';
import type { Line } from '#waiting-room/line/index.ts';
import * as steps from '#waiting-room/line/index.ts';
import { lineRules } from '#waiting-room/line-rules.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { settingsAt } from '#waiting-room/settings-at.ts';
import { type Clock, SECOND } from './clock.ts';
import type { Origin } from './origin.ts';
import type { Random } from './random.ts';

/** How often the origin sends a signal, in ticks. */
const SIGNAL = 5 * SECOND;

/** A process's view of the line, at most a second old. */
export interface LineView {
  readonly counters: Counters;
  /** Entrants of the next draw who are present. */
  readonly entrants: number;
  readonly speed: Range | null;
}

export interface SimulatedRoom {
  readonly line: Line;
  readonly view: LineView;
  /** Advances the room by one tick; true if a draw took place. */
  advance(): boolean;
  refresh(): LineView;
}

export interface SimulatedRoomDeps {
  readonly room: RoomSettings;
  readonly origin: Origin | null;
  readonly random: Random;
  readonly clock: Clock;
}

export function createSimulatedRoom({ room, origin, random, clock }: SimulatedRoomDeps): SimulatedRoom {
  const line = steps.newLine(lineRules(room));
  let rules = '';
  let meter: Meter = [];
  let signal: Signal | null = null;
  let view: LineView = { counters: steps.counters(line), entrants: 0, speed: null };

  function applyRules(): RoomSettings {
    const settings = settingsAt(room, clock.now);
    const wanted = lineRules(settings);
    const text = JSON.stringify(wanted);
    if (text !== rules) steps.configure(line, wanted, clock.now);
    rules = text;
    return settings;
  }

  /** Announces the next draw as soon as there is one, and draws at its event's start. */
  function advanceDraws(): boolean {
    const last = line.draws.at(-1);
    const next = last && last.there === null ? last : null;
    const event = room.events.find(({ id }) => id === next?.event);
    if (next && event && clock.now >= event.start) {
      steps.draw(line, next.event, clock.now);
      return true;
    }
    if (!next) announce();
    return false;
  }

  function announce(): void {
    const due = room.events.find(
      ({ id, start, prequeue_start }) =>
        prequeue_start < start && clock.now < start && !line.draws.some((draw) => draw.event === id),
    );
    if (!due) return;
    const seed = Buffer.from(Array.from({ length: 32 }, () => Math.floor(random.next() * 256)));
    const [text, seedHash] = [seed.toString('base64url'), commitment(seed)];
    const { id: event, order, prequeue_start: opensAt } = due;
    steps.announceDraw(line, { event, order, opensAt, seed: text, seedHash }, clock.now);
  }

  function tick({ mode, inlet }: RoomSettings): void {
    if (origin && clock.tick % SIGNAL === 0) signal = origin(line.admissions.active, clock.now);
    if (mode !== 'queue') return;
    const from = line.inletState;
    const time = { now: clock.now, shifted: line.shifted, own: clock.now };
    const { raise, state } = tickInlet(inlet, { ...time, state: from, signal });
    if (raise || state !== from)
      steps.raise(line, { ...(raise ?? { people: 0 }), step: { from, to: state } }, clock.now);
  }

  // Like a running service, the room has its rules and its next draw before the first visitor comes.
  applyRules();
  announce();

  return {
    line,
    get view() {
      return view;
    },
    advance() {
      const settings = applyRules();
      const drawn = advanceDraws();
      tick(settings);
      return drawn;
    },
    refresh() {
      meter = measure(meter, line.turns, clock.now) ?? meter;
      const next = line.draws.at(-1);
      view = {
        counters: steps.counters(line),
        entrants: next && next.there === null ? next.presence.present.count(0, next.arrivals - 1) : 0,
        speed: perMinute(meter, clock.now),
      };
      return view;
    },
  };
}
