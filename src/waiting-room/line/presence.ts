import { Bits } from './bits.ts';

/** Full windows, beside the running one, after which somebody who was not heard from is no longer present. */
const WINDOWS = 3;
const SLOTS = WINDOWS + 1;

/**
 * Who was heard from lately. Time is cut into windows of a third of the timeout; each has a bit a number, in one
 * of four slots used in turn. `present` is the union of the slots, so that asking costs one look. Somebody is
 * present for at least the timeout and at most a third longer.
 */
export interface Presence {
  windowStart: number;
  slot: number;
  readonly slots: Bits[];
  present: Bits;
}

export function newPresence(): Presence {
  return { windowStart: 0, slot: 0, slots: Array.from({ length: SLOTS }, () => new Bits()), present: new Bits() };
}

/** Moves on to the window that `now` is in and drops who has fallen out. A clock that jumps back changes nothing. */
export function turnWindows(presence: Presence, timeout: number, now: number): void {
  const length = Math.ceil(timeout / WINDOWS);
  const passed = Math.floor((now - presence.windowStart) / length);
  if (passed < 1) return;
  for (let turn = 0; turn < Math.min(passed, SLOTS); turn++) {
    presence.slot = (presence.slot + 1) % SLOTS;
    presence.slots[presence.slot] = new Bits();
  }
  presence.windowStart += passed * length;
  presence.present = new Bits();
  for (const slot of presence.slots) presence.present.addAll(slot);
}

export function hear(presence: Presence, number: number): void {
  presence.slots[presence.slot]?.add(number);
  presence.present.add(number);
}

export function hearAll(presence: Presence, from: number, to: number): void {
  presence.slots[presence.slot]?.addRange(from, to);
  presence.present.addRange(from, to);
}

/** Gone at once: left, or taken in. */
export function forget(presence: Presence, number: number): void {
  for (const slot of presence.slots) slot.delete(number);
  presence.present.delete(number);
}
