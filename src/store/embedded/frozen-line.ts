/** A line as bytes, and back. */
import { deserialize, serialize } from 'node:v8';
import type { AdmissionRow, Admissions } from '#waiting-room/line/admission.ts';
import { addAdmission, newAdmissions } from '#waiting-room/line/admission.ts';
import { Bits } from '#waiting-room/line/bits.ts';
import type { Draw } from '#waiting-room/line/draw.ts';
import { type EndedTurns, newEndedTurns } from '#waiting-room/line/ended-turn.ts';
import { type KeptLine, type Line, newLine } from '#waiting-room/line/line.ts';
import type { Presence } from '#waiting-room/line/presence.ts';
import { newPresence } from '#waiting-room/line/presence.ts';

interface FrozenPresence {
  readonly windowStart: number;
  readonly slot: number;
  readonly slots: readonly Uint8Array[];
  readonly present: Uint8Array;
  /** Earlier versions had none. */
  readonly lasting?: Uint8Array;
}

/** Of a draw that is done only those who were there count. */
interface FrozenDraw extends Omit<Draw, 'presence' | 'withdrawn' | 'there' | 'opensAt'> {
  /** Earlier versions did not write it: a draw was made when it opened. */
  readonly opensAt?: number;
  readonly presence: FrozenPresence | null;
  /** Earlier versions did not keep who withdrew. */
  readonly withdrawn?: Uint8Array | null;
  readonly there: Uint8Array | null;
}

/** Earlier versions kept none. */
type FrozenEnded = Omit<EndedTurns, 'restored'> & { readonly restored: Uint8Array };

/** The line with bytes for its bits, and of the admissions those that live: an ended one says no more than none. */
interface FrozenLine
  extends Omit<
    Line,
    | 'presence'
    | 'holding'
    | 'spent'
    | 'unconfirmed'
    | 'missed'
    | 'lapsed'
    | 'unproven'
    | 'waited'
    | 'arriving'
    | 'admissions'
    | 'ended'
    | 'draws'
    | 'kept'
  > {
  readonly presence: FrozenPresence;
  readonly holding: Uint8Array;
  readonly spent: Uint8Array;
  readonly unconfirmed: Uint8Array;
  readonly missed: Uint8Array;
  readonly lapsed: Uint8Array;
  /** Earlier versions did not keep these three. */
  readonly unproven: Uint8Array;
  readonly waited: Uint8Array;
  readonly arriving: Uint8Array;
  /** In the order in which they run out, with all that has moved them. */
  readonly admissions: readonly Omit<AdmissionRow, 'status'>[];
  /** Earlier versions knew no pause that stops admissions. */
  readonly admissionsStopped: Pick<Admissions, 'stopped' | 'stoppedAt'>;
  readonly ended: FrozenEnded;
  readonly draws: readonly FrozenDraw[];
  /** Earlier versions kept none, and write what they read here. */
  readonly kept: FrozenKept | null;
}

interface FrozenKept extends Omit<KeptLine, 'line'> {
  readonly line: Uint8Array;
}

/** What earlier versions wrote: they had fewer fields, and other names for two. */
type Frozen = Pick<FrozenLine, 'rules' | 'generation' | 'presence' | 'holding' | 'spent' | 'admissions'> &
  Partial<FrozenLine> & { readonly slept?: Uint8Array; readonly again?: ReadonlyMap<number, number> };

export function freeze(line: Line): Uint8Array {
  const { presence, holding, spent, unconfirmed, missed, lapsed, unproven, waited, arriving, admissions, draws } = line;
  const frozen: FrozenLine = {
    ...line,
    presence: freezePresence(presence),
    holding: holding.bytes,
    spent: spent.bytes,
    unconfirmed: unconfirmed.bytes,
    missed: missed.bytes,
    lapsed: lapsed.bytes,
    unproven: unproven.bytes,
    waited: waited.bytes,
    arriving: arriving.bytes,
    admissions: admissions.expiries.entries
      .filter(({ row }) => row.status === 'active')
      .map(({ row }) => movedRow(row, admissions.moved)),
    admissionsStopped: { stopped: admissions.stopped, stoppedAt: admissions.stoppedAt },
    ended: { ...line.ended, restored: line.ended.restored.bytes },
    draws: draws.map((draw) => ({
      ...draw,
      presence: draw.there ? null : freezePresence(draw.presence),
      withdrawn: draw.there ? null : draw.withdrawn.bytes,
      there: draw.there?.bytes ?? null,
    })),
    kept: line.kept && { ...line.kept, line: freeze(line.kept.line) },
  };
  return serialize(frozen);
}

/** Reads what {@link freeze} wrote, also in an earlier version. */
export function thaw(bytes: Uint8Array): Line {
  const { slept, again, admissionsStopped, ...frozen }: Frozen = deserialize(bytes);
  const {
    rules,
    generation,
    presence,
    holding,
    spent,
    unconfirmed,
    missed = slept,
    lapsed,
    servedAgain = again,
    draws = [],
    budget = new Map(),
  } = frozen;
  const admissions = newAdmissions();
  for (const admission of frozen.admissions) addAdmission(admissions, admission, 0);
  Object.assign(admissions, admissionsStopped);
  const fresh = newLine(rules, generation);
  return {
    ...fresh,
    ...frozen,
    notes: { ...fresh.notes, ...frozen.notes },
    presence: thawPresence(presence),
    holding: bitsOf(holding),
    spent: bitsOf(spent),
    unconfirmed: bitsOf(unconfirmed ?? new Uint8Array()),
    missed: bitsOf(missed ?? new Uint8Array()),
    lapsed: bitsOf(lapsed ?? new Uint8Array()),
    unproven: bitsOf(frozen.unproven ?? new Uint8Array()),
    // In a line of an earlier version all who joined stood in line.
    waited: bitsOf(frozen.waited ?? new Uint8Array(((frozen.queue ?? 0) >> 3) + 1).fill(0xff)),
    arriving: bitsOf(frozen.arriving ?? new Uint8Array()),
    servedAgain: new Map(servedAgain),
    // Counted here: a version that does not know the number may have written since.
    budgetEntries: budget.values().reduce((sum, entries) => sum + entries.length, 0),
    admissions,
    ended: frozen.ended ? { ...frozen.ended, restored: bitsOf(frozen.ended.restored) } : newEndedTurns(generation),
    draws: draws.map((draw) => ({
      ...draw,
      opensAt: draw.opensAt ?? draw.committedAt,
      presence: draw.presence ? thawPresence(draw.presence) : newPresence(),
      withdrawn: bitsOf(draw.withdrawn ?? new Uint8Array()),
      there: draw.there && bitsOf(draw.there),
    })),
    kept: frozen.kept ? { ...frozen.kept, line: thaw(frozen.kept.line) } : null,
  };
}

function movedRow({ status: _, confirmBy, ...row }: AdmissionRow, by: number): Omit<AdmissionRow, 'status'> {
  const moved = { ...row, issuedAt: row.issuedAt + by, expiresAt: row.expiresAt + by };
  return confirmBy === undefined ? moved : { ...moved, confirmBy: confirmBy + by };
}

function freezePresence({ slots, present, lasting, ...rest }: Presence): FrozenPresence {
  return { ...rest, slots: slots.map((slot) => slot.bytes), present: present.bytes, lasting: lasting.bytes };
}

function thawPresence({ slots, present, lasting = new Uint8Array(), ...rest }: FrozenPresence): Presence {
  return { ...rest, slots: slots.map(bitsOf), present: bitsOf(present), lasting: bitsOf(lasting) };
}

/** Copied: what was deserialized may be a window into the bytes of the whole line. */
function bitsOf(bytes: Uint8Array): Bits {
  return new Bits(bytes.slice());
}
