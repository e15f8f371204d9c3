/**
 * What the service's clock does to a room, on the virtual one: events begin, draws happen, the inlet ticks, the speed is
 * measured. The line is a value here and not in a store, so its own steps are called where `advance.ts` asks a store.
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

/** How often the origin says how it does, in ticks. */
const SIGNAL = 5 * SECOND;

/** What a process knows of the line, a second old at most. */
export interface Known {
  readonly counters: Counters;
  /** Entrants of the next draw who are present. */
  readonly entrants: number;
  readonly speed: Range | null;
}

export interface Door {
  readonly line: Line;
  readonly known: Known;
  /** One tick; whether those who came before a start were drawn in it. */
  advance(): boolean;
  look(): Known;
}

export interface DoorDeps {
  readonly room: RoomSettings;
  readonly origin: Origin | null;
  readonly random: Random;
  readonly clock: Clock;
}

export function createDoor({ room, origin, random, clock }: DoorDeps): Door {
  const line = steps.newLine(lineRules(room));
  let rules = '';
  let meter: Meter = [];
  let signal: Signal | null = null;
  let known: Known = { counters: steps.counters(line), entrants: 0, speed: null };

  function applyRules(): RoomSettings {
    const settings = settingsAt(room, clock.now);
    const wanted = lineRules(settings);
    const text = JSON.stringify(wanted);
    if (text !== rules) steps.configure(line, wanted, clock.now);
    rules = text;
    return settings;
  }

  /** The next draw is announced as soon as there is one to come, and happens at its event's start. */
  function turnDraws(): boolean {
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
    const { raise, state } = tickInlet(inlet, { now: clock.now, state: from, signal });
    if (raise || state !== from)
      steps.raise(line, { ...(raise ?? { people: 0 }), step: { from, to: state } }, clock.now);
  }

  // A service that runs already has the room's rules and its next draw when the first visitor comes.
  applyRules();
  announce();

  return {
    line,
    get known() {
      return known;
    },
    advance() {
      const settings = applyRules();
      const drawn = turnDraws();
      tick(settings);
      return drawn;
    },
    look() {
      meter = measure(meter, line.turns, clock.now) ?? meter;
      const next = line.draws.at(-1);
      known = {
        counters: steps.counters(line),
        entrants: next && next.there === null ? next.presence.present.count(0, next.arrivals - 1) : 0,
        speed: perMinute(meter, clock.now),
      };
      return known;
    },
  };
}
