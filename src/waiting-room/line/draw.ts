/** One draw: the visitors who come before the start of an event, until they are drawn and have numbers. */
import type { DrawOrder } from '../room.ts';
import { Bits } from './bits.ts';
import type { Presence } from './presence.ts';
import { forget, hear, newPresence } from './presence.ts';

/** A place among those who came before the start of an event: no number until the draw. */
export interface Entry {
  /** Which draw of this generation, from 1. */
  readonly draw: number;
  /** In order of arrival, from 0. */
  readonly index: number;
}

/** What is decided before a draw opens, and with it before the first entrant. */
export interface DrawOpening {
  /** The event's id; an event is drawn once a generation. */
  readonly event: string;
  readonly order: DrawOrder;
  /** 32 bytes, base64url. A secret until the draw. */
  readonly seed: string;
  /** SHA-256 of the seed's bytes, hexadecimal. */
  readonly seedHash: string;
  /** From then on, visitors who join are entrants. */
  readonly opensAt: number;
  /** When the event is to start. Earlier versions did not keep it. */
  readonly startsAt?: number | undefined;
}

/** One draw of a room: announced, open (from `opensAt` on) or done. */
export interface DrawRecord {
  readonly draw: number;
  readonly event: string;
  readonly order: DrawOrder;
  readonly seedHash: string;
  readonly committedAt: number;
  readonly opensAt: number;
  /** When the event was to start as its first entrant arrived. */
  readonly startsAt?: number | undefined;
  /** How many entrants arrived so far. */
  readonly arrivals: number;
  /** The three below are null until the draw. */
  readonly seed: string | null;
  readonly drawnAt: number | null;
  /** How many entrants were present at the draw. They share the numbers `base` + 1 … `base` + `entrants`. */
  readonly entrants: number | null;
  readonly base: number;
  /** Its event was cancelled and nobody was drawn. */
  readonly released?: true | undefined;
}

/** A draw that is done. `there` has a bit for each entrant who was present, by arrival index, most significant bit first. */
export interface DrawResult {
  readonly record: DrawRecord;
  readonly there: Uint8Array;
}

export interface Draw extends DrawOpening {
  order: DrawOrder;
  opensAt: number;
  startsAt?: number | undefined;
  readonly committedAt: number;
  arrivals: number;
  /** Of the entrants, by arrival index. */
  readonly presence: Presence;
  /** Entrants who withdrew, by arrival index: a late heartbeat does not bring them back. */
  readonly withdrawn: Bits;
  drawnAt: number | null;
  /** The number before the first one drawn. */
  base: number;
  entrants: number;
  /** The entrants who were present at the draw; null until then. */
  there: Bits | null;
  released?: true | undefined;
}

export function newDraw(opening: DrawOpening, now: number): Draw {
  return {
    ...opening,
    committedAt: now,
    arrivals: 0,
    presence: { ...newPresence(), windowStart: now },
    withdrawn: new Bits(),
    drawnAt: null,
    base: 0,
    entrants: 0,
    there: null,
  };
}

/** One more entrant, of the draw that is the `draw`th. */
export function enter(open: Draw, draw: number, isPresent: boolean): Entry {
  const index = open.arrivals++;
  if (isPresent) hear(open.presence, index);
  return { draw, index };
}

/** An entrant withdraws: absent from now on. */
export function withdrawEntrant(open: Draw, index: number): void {
  if (index < 0 || index >= open.arrivals) return;
  open.withdrawn.add(index);
  forget(open.presence, index);
}

/** A heartbeat of an entrant; ignored for those who withdrew or never came. */
export function hearEntrant(open: Draw, index: number): boolean {
  if (index < 0 || index >= open.arrivals || open.withdrawn.has(index)) return false;
  hear(open.presence, index);
  return true;
}

/** Draws the entrants who are present now. Returns how many they are. */
export function finishDraw(open: Draw, base: number, now: number): number {
  open.there = open.presence.present;
  open.entrants = open.there.count(0, open.arrivals);
  open.base = base;
  open.drawnAt = now;
  return open.entrants;
}

/** Ends the draw of an event that was cancelled, without numbers. */
export function releaseEntrants(open: Draw, base: number, now: number): void {
  open.there = new Bits();
  open.base = base;
  open.drawnAt = now;
  open.released = true;
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
    startsAt: draw.startsAt,
    arrivals: draw.arrivals,
    seed: done ? draw.seed : null,
    drawnAt: draw.drawnAt,
    entrants: done ? draw.entrants : null,
    base: draw.base,
    released: draw.released,
  };
}

/** The draw that is not done, open or not. */
export function nextDrawOf(draws: readonly Draw[]): Draw | null {
  const last = draws.at(-1);
  return last && last.there === null ? last : null;
}

/** The draw that is open at `now`: visitors who join become its entrants. */
export function openDrawOf(draws: readonly Draw[], now: number): Draw | null {
  const next = nextDrawOf(draws);
  return next && next.opensAt <= now ? next : null;
}
