/**
 * A sale on a virtual clock, against the real line: the same pure steps that the stores take, the same inlets, events
 * and draws, the same estimate. Only visitors and the origin are made up.
 */
import { commitment } from '#waiting-room/draw.ts';
import { drawnNumber, readDraw } from '#waiting-room/drawn.ts';
import { estimatedWait, type Meter, measure, perMinute } from '#waiting-room/estimate.ts';
import { type Signal, tickInlet } from '#waiting-room/inlets/index.ts';
import type { Line } from '#waiting-room/line.ts';
import * as line from '#waiting-room/line.ts';
import type { Holder } from '#waiting-room/ports.ts';
import { lineRules, pollAfter, settingsAt } from '#waiting-room/room.ts';
import { createAgenda } from './agenda.ts';
import { createArrivals } from './arrivals.ts';
import { createRandom } from './random.ts';
import type { Scenario } from './scenario.ts';

/** As the clock ticks, in ms. */
const TICK = 250;
const SECOND = 1000 / TICK;
/** How often the origin says how it does, in ticks. */
const SIGNAL = 5 * SECOND;
const MINUTE = 60_000;

/** What happens to visitors, for the agenda. */
const CLAIMS = 1;
const GIVES_UP = 2;
const SLEEPS = 3;
const WAKES = 4;
const GOES = 5;

/** What a visitor is. */
const NOBODY = 0;
const ENTRANT = 1;
const WAITING = 2;
const RETURNED = 3;
const INSIDE = 4;
const DONE = 5;
/** Was away at the draw. */
const LATE = 6;

export interface Sample {
  /** Minutes from the beginning. */
  readonly minute: number;
  readonly waiting: number;
  readonly inside: number;
  /** Admitted in the last minute. */
  readonly admitted: number;
}

export interface Outcome {
  readonly visitors: number;
  readonly admitted: number;
  readonly atOnce: number;
  readonly gaveUp: number;
  /** Turns that passed. */
  readonly expired: number;
  readonly completed: number;
  readonly abandoned: number;
  /** Waits of those who got in, in seconds; null when nobody did. */
  readonly waits: { readonly p50: number; readonly p95: number; readonly max: number } | null;
  /** Present people in line at most, and when, in seconds from the beginning. */
  readonly peakLine: number;
  readonly peakLineAt: number;
  readonly peakInside: number;
  /** Seconds from the beginning until nobody waited any more; null when somebody still did. */
  readonly drained: number | null;
  /** Of the waits that were predicted. */
  readonly predictions: { readonly within: number; readonly outside: number };
  /** Seconds of virtual time. */
  readonly lasted: number;
  readonly samples: readonly Sample[];
}

/** Runs the scenario to its end: until all have come and gone, or its duration is over. */
export function simulate(scenario: Scenario): Outcome {
  const { room, visitors: manners, origin, start } = scenario;
  const random = createRandom(scenario.seed);
  const { arrivals, end } = createArrivals(scenario.arrivals, random);
  const agenda = createAgenda();
  const lastTick = Math.ceil(scenario.duration / TICK);
  /** Once a window of the presence is all that can be told apart of the heartbeats of a page. */
  const heartbeats = Math.max(1, Math.floor(room.presence.timeout / 3 / TICK));

  const state: Line = line.newLine(lineRules(room));
  let rules = '';
  let meter: Meter = [];
  let signal: Signal | null = null;

  /** By visitor. */
  const numbers: number[] = [];
  const states: number[] = [];
  const joined: number[] = [];
  const awake: boolean[] = [];
  const predicted: ({ low: number; high: number } | null)[] = [];
  /** By number, from 1. */
  const holders: number[] = [-1];
  /** By arrival index, of the draw that is open. */
  let entrants: number[] = [];
  const returned = new Set<number>();
  const waits: number[] = [];
  const samples: Sample[] = [];
  const predictions = { within: 0, outside: 0 };
  let atOnce = 0;
  let gaveUp = 0;
  let present = 0;
  let peakLine = 0;
  let peakLineAt = 0;
  let peakInside = 0;
  let lastWaiting = 0;
  let admittedBefore = 0;

  const name = (visitor: number) => String(visitor);
  const holderOf = (visitor: number): Holder => ({
    generation: state.generation,
    number: numbers[visitor] ?? 0,
    visitor: name(visitor),
  });
  const ticks = (milliseconds: number) => Math.max(1, Math.round(milliseconds / TICK));

  function wentIn(visitor: number, tick: number, now: number): void {
    states[visitor] = INSIDE;
    const waited = (now - (joined[visitor] ?? now)) / 1000;
    waits.push(waited);
    const range = predicted[visitor];
    if (range) predictions[waited >= range.low && waited <= range.high ? 'within' : 'outside'] += 1;
    agenda.add(tick + ticks(random.logNormal(manners.dwell.median, manners.dwell.p95)), GOES, visitor);
  }

  function come(count: number, tick: number, now: number): void {
    const first = states.length;
    const crowd = Array.from({ length: count }, (_, n) => ({ visitor: name(first + n), claim: true }));
    const given = line.join(state, crowd, now);
    const speed = perMinute(meter, now);
    const hears = 2 * pollAfter(room, present);
    for (let n = 0; n < count; n++) {
      const visitor = first + n;
      const ticket = given?.[n];
      states[visitor] = ticket ? (ticket.entry ? ENTRANT : WAITING) : NOBODY;
      numbers[visitor] = ticket?.number ?? 0;
      joined[visitor] = now;
      awake[visitor] = true;
      predicted[visitor] = null;
      if (!ticket) continue;
      if (ticket.entry) entrants[ticket.entry.index] = visitor;
      else holders[ticket.number] = visitor;
      if (ticket.admission) {
        atOnce += 1;
        wentIn(visitor, tick, now);
        continue;
      }
      if (!ticket.entry) predicted[visitor] = estimatedWait(present + n, speed, hears);
      if (random.chance(manners.impatient)) {
        agenda.add(tick + ticks(random.logNormal(manners.patience.median, manners.patience.p95)), GIVES_UP, visitor);
      }
      if (random.chance(manners.asleep)) agenda.add(tick + ticks(random.exponential(5 * MINUTE)), SLEEPS, visitor);
    }
  }

  /** Somebody's turn came: their page hears of it within its polls and claims, if they are there at all. */
  function hears(visitor: number, tick: number): void {
    if (awake[visitor] && !random.chance(manners.no_show)) {
      agenda.add(tick + ticks(random.next() * pollAfter(room, present) * 1000), CLAIMS, visitor);
    }
  }

  function happens(kind: number, visitor: number, tick: number, now: number): void {
    const is = states[visitor];
    const waits = is === WAITING || is === RETURNED || is === ENTRANT;
    switch (kind) {
      case CLAIMS:
        if (is !== WAITING && is !== RETURNED) return;
        if (line.claim(state, holderOf(visitor), now).state === 'admitted') wentIn(visitor, tick, now);
        return;
      case GIVES_UP:
        if (!waits) return;
        if (is !== ENTRANT) line.leave(state, holderOf(visitor), now);
        states[visitor] = DONE;
        awake[visitor] = false;
        gaveUp += 1;
        return;
      case SLEEPS:
        if (!waits) return;
        awake[visitor] = false;
        agenda.add(tick + ticks(random.logNormal(manners.sleep.median, manners.sleep.p95)), WAKES, visitor);
        return;
      case WAKES: {
        if (is === LATE) {
          states[visitor] = NOBODY;
          come(1, tick, now);
          return;
        }
        if (!waits) return;
        awake[visitor] = true;
        if (is === ENTRANT) return;
        const { state: place } = line.rejoin(state, holderOf(visitor), now);
        if (place === 'served') hears(visitor, tick);
        if (place === 'returned') {
          states[visitor] = RETURNED;
          returned.add(visitor);
        }
        if (place === 'waiting') line.heard(state, state.generation, [numbers[visitor] ?? 0], now);
        return;
      }
      case GOES: {
        if (is !== INSIDE) return;
        states[visitor] = DONE;
        const gone = [name(visitor)];
        const abandons = random.chance(manners.abandon);
        line.exits(state, { exited: 0, completed: abandons ? [] : gone, abandoned: abandons ? gone : [] }, now);
      }
    }
  }

  /** Those who came before the start get their numbers; who was asleep joins behind on waking. */
  function finishDraw(now: number): void {
    const ordinal = state.draws.length;
    const result = line.drawResult(state, state.generation, ordinal);
    if (!result) return;
    const drawn = readDraw(result);
    entrants.forEach((visitor, index) => {
      if (states[visitor] !== ENTRANT) return;
      const number = drawnNumber(drawn, index);
      if (number === null) {
        states[visitor] = LATE;
        return;
      }
      states[visitor] = WAITING;
      numbers[visitor] = number;
      holders[number] = visitor;
      joined[visitor] = now;
    });
    entrants = [];
  }

  function turnEvents(now: number): void {
    const next = state.draws.at(-1);
    const pending = next && next.there === null ? next : null;
    if (pending) {
      const event = room.events.find(({ id }) => id === pending.event);
      if (event && now < event.start) return;
      line.draw(state, pending.event, now);
      finishDraw(now);
      return;
    }
    const event = room.events.find(
      (each) => each.prequeue_start < each.start && now < each.start && !state.draws.some((d) => d.event === each.id),
    );
    if (!event) return;
    const seed = Buffer.alloc(32);
    for (let n = 0; n < 32; n++) seed[n] = Math.floor(random.next() * 256);
    line.announceDraw(
      state,
      {
        event: event.id,
        order: event.order,
        seed: seed.toString('base64url'),
        seedHash: commitment(seed),
        opensAt: event.prequeue_start,
      },
      now,
    );
  }

  function advance(tick: number, now: number): void {
    const settings = settingsAt(room, now);
    const wanted = lineRules(settings);
    const text = JSON.stringify(wanted);
    if (text !== rules) line.configure(state, wanted, now);
    rules = text;
    // A draw serves too, where credits stood open.
    const before = Math.min(state.serving, state.queue);
    turnEvents(now);
    if (settings.mode === 'queue') {
      const step = tickInlet(settings.inlet, { now, state: state.inletState, signal });
      line.raise(state, step.raise ?? { people: 0 }, now, { from: state.inletState, to: step.state });
    }
    for (let number = before + 1; number <= Math.min(state.serving, state.queue); number++) {
      const visitor = holders[number];
      if (visitor !== undefined && states[visitor] === WAITING) hears(visitor, tick);
    }
    for (const number of state.again.keys()) {
      const visitor = holders[number] ?? -1;
      if (returned.delete(visitor)) hears(visitor, tick);
    }
  }

  function heartbeat(now: number): void {
    const heard: number[] = [];
    for (let number = state.serving + 1; number <= state.queue; number++) {
      const visitor = holders[number];
      if (visitor !== undefined && states[visitor] === WAITING && awake[visitor]) heard.push(number);
    }
    for (const visitor of returned) if (awake[visitor]) heard.push(numbers[visitor] ?? 0);
    line.heard(state, state.generation, heard, now);
    const here = entrants.flatMap((visitor, index) => (states[visitor] === ENTRANT && awake[visitor] ? [index] : []));
    if (here.length > 0) line.heardEntrants(state, state.generation, state.draws.length, here, now);
  }

  function look(tick: number, now: number): void {
    const counters = line.counters(state);
    present = counters.present;
    const inLine =
      present + (entrants.length > 0 ? entrants.filter((visitor) => states[visitor] === ENTRANT).length : 0);
    if (inLine > peakLine) [peakLine, peakLineAt] = [inLine, (tick * TICK) / 1000];
    if (inLine > 0) lastWaiting = (tick * TICK) / 1000;
    peakInside = Math.max(peakInside, counters.active);
    const measured = measure(meter, state.turns, now);
    if (measured) meter = measured;
    if (tick % (60 * SECOND) === 0) {
      const admitted = counters.claimed - admittedBefore;
      admittedBefore = counters.claimed;
      samples.push({ minute: (tick * TICK) / MINUTE, waiting: inLine, inside: counters.active, admitted });
    }
  }

  let tick = 0;
  for (; tick <= lastTick; tick++) {
    const now = start + tick * TICK;
    agenda.due(tick, (kind, visitor) => happens(kind, visitor, tick, now));
    const count = arrivals(tick * TICK, (tick + 1) * TICK);
    if (count > 0) come(count, tick, now);
    advance(tick, now);
    if (tick % heartbeats === 0) heartbeat(now);
    if (origin && tick % SIGNAL === 0) {
      const latency = origin.base * Math.max(1, state.admissions.active / origin.capacity);
      signal = { latency, errorRate: 0, at: now };
    }
    if (tick % SECOND === 0) look(tick, now);
    const isOver = tick * TICK > end && state.admissions.active === 0 && present === 0 && entrants.length === 0;
    if (isOver && agenda.size === 0) break;
  }

  const final = line.counters(state);
  waits.sort((one, other) => one - other);
  const quantile = (share: number) => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? 0;
  return {
    visitors: states.length,
    admitted: final.claimed,
    atOnce,
    gaveUp,
    expired: final.expired,
    completed: final.completed,
    abandoned: final.abandoned,
    waits: waits.length === 0 ? null : { p50: quantile(0.5), p95: quantile(0.95), max: waits.at(-1) ?? 0 },
    peakLine,
    peakLineAt,
    peakInside,
    drained: present === 0 && entrants.length === 0 ? lastWaiting : null,
    predictions,
    lasted: (Math.min(tick, lastTick) * TICK) / 1000,
    samples,
  };
}
