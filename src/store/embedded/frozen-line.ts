/** A line as bytes, and back. */
import { deserialize, serialize } from 'node:v8';
import { admit, newAdmissions } from '#waiting-room/admissions.ts';
import { Bits } from '#waiting-room/bits.ts';
import type { Line } from '#waiting-room/line.ts';
import type { Admission } from '#waiting-room/ports.ts';

/** The line with bytes for its bits, and of the admissions those that live: an ended one says no more than none. */
interface FrozenLine extends Omit<Line, 'presence' | 'holding' | 'spent' | 'slept' | 'admissions'> {
  readonly presence: {
    readonly windowStart: number;
    readonly slot: number;
    readonly slots: readonly Uint8Array[];
    readonly present: Uint8Array;
  };
  readonly holding: Uint8Array;
  readonly spent: Uint8Array;
  readonly slept: Uint8Array;
  /** In the order in which they run out. */
  readonly admissions: readonly Admission[];
}

export function freeze(line: Line): Uint8Array {
  const { presence, holding, spent, slept, admissions } = line;
  const frozen: FrozenLine = {
    ...line,
    presence: { ...presence, slots: presence.slots.map((slot) => slot.bytes), present: presence.present.bytes },
    holding: holding.bytes,
    spent: spent.bytes,
    slept: slept.bytes,
    admissions: admissions.deadlines
      .filter(({ row }) => row.status === 'active')
      .map(({ row: { status: _, ...admission } }) => admission),
  };
  return serialize(frozen);
}

export function thaw(bytes: Uint8Array): Line {
  const frozen: FrozenLine = deserialize(bytes);
  const { presence, holding, spent, slept } = frozen;
  const admissions = newAdmissions();
  for (const admission of frozen.admissions) admit(admissions, admission);
  return {
    ...frozen,
    presence: { ...presence, slots: presence.slots.map(bitsOf), present: bitsOf(presence.present) },
    holding: bitsOf(holding),
    spent: bitsOf(spent),
    slept: bitsOf(slept),
    admissions,
  };
}

/** Copied: what was deserialized may be a window into the bytes of the whole line. */
function bitsOf(bytes: Uint8Array): Bits {
  return new Bits(bytes.slice());
}
