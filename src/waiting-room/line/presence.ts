import { Bits } from './bits.ts';

/** Full windows, beside the running one, after which a visitor without a heartbeat is no longer present. */
const WINDOWS = 3;
const SLOTS = WINDOWS + 1;

/**
 * The numbers with a recent heartbeat. Time is cut into windows of a third of the timeout; each has a bit a number, in
 * one of four slots used in turn. `present` is the union of the slots, so that a lookup reads one bit. A heartbeat counts
 * for at least the timeout and at most a third longer. Numbers in `lasting` are present until they are used up: their
 * visitors are silent until they claim.
 */
export interface Presence {
  windowStart: number;
  slot: number;
  readonly slots: Bits[];
  readonly lasting: Bits;
  present: Bits;
}

export function newPresence(): Presence {
  const slots = Array.from({ length: SLOTS }, () => new Bits());
  return { windowStart: 0, slot: 0, slots, lasting: new Bits(), present: new Bits() };
}

/** Turns to the window of `now` and drops visitors without a recent heartbeat. Returns whether a window turned. */
export function turnWindows(presence: Presence, timeout: number, now: number): boolean {
  const length = Math.ceil(timeout / WINDOWS);
  const passed = Math.floor((now - presence.windowStart) / length);
  if (passed < 1) return false;
  for (let turn = 0; turn < Math.min(passed, SLOTS); turn++) {
    presence.slot = (presence.slot + 1) % SLOTS;
    presence.slots[presence.slot] = new Bits();
  }
  presence.windowStart += passed * length;
  presence.present = new Bits();
  for (const slot of [...presence.slots, presence.lasting]) presence.present.addAll(slot);
  return true;
}

export function hear(presence: Presence, number: number): void {
  presence.slots[presence.slot]?.add(number);
  presence.present.add(number);
}

/** Present until the number is used up. */
export function hearLastingly(presence: Presence, number: number): void {
  presence.lasting.add(number);
  presence.present.add(number);
}

export function hearAll(presence: Presence, from: number, to: number): void {
  presence.slots[presence.slot]?.addRange(from, to);
  presence.present.addRange(from, to);
}

/** Those of a set, from `from` to `to`. */
export function hearThose(presence: Presence, numbers: Bits, from: number, to: number): void {
  presence.slots[presence.slot]?.addAll(numbers, from, to);
  presence.present.addAll(numbers, from, to);
}

/** Absent at once: left, or admitted. */
export function forget(presence: Presence, number: number): void {
  for (const slot of [...presence.slots, presence.lasting]) slot.delete(number);
  presence.present.delete(number);
}

/** The same for a set of numbers. */
export function forgetThose(presence: Presence, numbers: Bits): void {
  for (const slot of [...presence.slots, presence.lasting]) slot.deleteAll(numbers);
  presence.present.deleteAll(numbers);
}
