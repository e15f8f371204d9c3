/** Those who came before the start of an event, until they are drawn and have numbers. */
import type { Bits } from './bits.ts';
import type { DrawOpening, DrawOrder, DrawRecord, Entry } from './ports.ts';
import type { Presence } from './presence.ts';
import { hear, newPresence } from './presence.ts';

export interface Draw extends DrawOpening {
  order: DrawOrder;
  opensAt: number;
  readonly committedAt: number;
  arrivals: number;
  /** Of the entrants, by arrival index. */
  readonly presence: Presence;
  drawnAt: number | null;
  /** The number before the first one drawn. */
  base: number;
  entrants: number;
  /** Who was there at the draw; null until then. */
  there: Bits | null;
}

export function newDraw(opening: DrawOpening, now: number): Draw {
  return {
    ...opening,
    committedAt: now,
    arrivals: 0,
    presence: { ...newPresence(), windowStart: now },
    drawnAt: null,
    base: 0,
    entrants: 0,
    there: null,
  };
}

/** One more entrant, of the draw that is the `draw`th. */
export function enter(open: Draw, draw: number): Entry {
  const index = open.arrivals++;
  hear(open.presence, index);
  return { draw, index };
}

/** Who is there now is drawn; how many they are. */
export function finishDraw(open: Draw, base: number, now: number): number {
  open.there = open.presence.present;
  open.entrants = open.there.count(0, open.arrivals);
  open.base = base;
  open.drawnAt = now;
  return open.entrants;
}

export function drawRecord(draw: Draw, ordinal: number): DrawRecord {
  const done = draw.there !== null;
  return {
    draw: ordinal,
    event: draw.event,
    order: draw.order,
    seedHash: draw.seedHash,
    committedAt: draw.committedAt,
    opensAt: draw.opensAt,
    arrivals: draw.arrivals,
    seed: done ? draw.seed : null,
    drawnAt: draw.drawnAt,
    entrants: done ? draw.entrants : null,
    base: draw.base,
  };
}
