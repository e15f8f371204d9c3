/**
 * Rehearsals: a signed link, good for an hour, whose holder sees every state of the waiting page and then logs in at the
 * real relying party. No counter of the line changes. It owns the links, the visitors of rehearsals, and what is
 * recorded of one; it shows no page.
 */
import { randomBytes } from 'node:crypto';
import { TooManyRehearsals } from '../errors.ts';
import type { Admission } from '../line/admission.ts';
import type { Idempotency } from '../ports/idempotency.ts';
import type { RoomId } from '../room.ts';
import type { Seal } from '../seal.ts';
import type { VisitorId } from '../visitor.ts';
import type { RehearsalAdmissions } from './admissions.ts';
import { REHEARSAL_TIME, readRehearsalVisitor, rehearsalVisitor } from './visitor.ts';

export { createRehearsalAdmissions, type RehearsalAdmissions } from './admissions.ts';
export { withRehearsals } from './rehearsed-visitors.ts';

/** Where a rehearsal ends: a relying party by its client id, a URL that visitors return to, or nowhere. */
export type RehearsalGoal =
  | { readonly kind: 'relying_party'; readonly clientId: string }
  | { readonly kind: 'return'; readonly url: string }
  | { readonly kind: 'none' };

export interface Rehearsal {
  /** Eight hexadecimal digits. */
  readonly id: string;
  readonly room: RoomId;
  readonly goal: RehearsalGoal;
  /** In ms. */
  readonly endsAt: number;
}

export const REHEARSAL_STEPS = [
  'opened',
  'entered',
  'code_issued',
  'request_refused',
  'tokens_issued',
  'tokens_refused',
] as const;
export type RehearsalStep = (typeof REHEARSAL_STEPS)[number];

/** Something that came of a rehearsal. Times are ISO 8601. */
export interface RehearsalRecord {
  readonly step: RehearsalStep;
  readonly time: string;
  /** Why it was refused; null for other steps. */
  readonly detail: string | null;
}

export interface Rehearsals {
  /** Rejects with TooManyRehearsals where the room has {@link MOST_REHEARSALS}. */
  begin(room: RoomId, goal: RehearsalGoal): Promise<Rehearsal & { readonly pass: string }>;
  /** Null for what is no pass of this room, and for one that is over. */
  open(room: RoomId, pass: string): Promise<Rehearsal | null>;
  /**
   * Lets the visitor of the rehearsal in, for `lifetime` ms and no longer than the link is good for. Null where it has
   * another live visitor than `known`, which the browser brought: a link lets in one browser at a time.
   */
  enter(rehearsal: Rehearsal, lifetime: number, known: VisitorId | null): Promise<Admission | null>;
  /** Ends the rehearsal, its link and its admission. False: there is none, or it is over. */
  end(room: RoomId, id: string): Promise<boolean>;
  /** Records a step, at most {@link MOST_RECORDS} of them. */
  record(room: RoomId, id: string, step: RehearsalStep, detail?: string | null): Promise<void>;
  /** The same for a visitor. Does nothing for visitors who are not of a rehearsal. */
  recordFor(room: RoomId, visitor: VisitorId, step: RehearsalStep, detail?: string | null): Promise<void>;
  /** What came of it, oldest first. Null: there is none, or it is over. */
  records(room: RoomId, id: string): Promise<readonly RehearsalRecord[] | null>;
}

/** Of a room, in an hour. */
export const MOST_REHEARSALS = 20;
/** What is kept of a rehearsal. The latest are kept. */
export const MOST_RECORDS = 30;
const LONGEST_DETAIL = 300;

interface Kept {
  /** In ms. */
  readonly endsAt: number;
  readonly steps: readonly RehearsalRecord[];
  /** Which of the room's {@link MOST_REHEARSALS} it is. */
  readonly slot?: number | undefined;
}

const NEVER_BEGUN = JSON.stringify({ endsAt: 0, steps: [] } satisfies Kept);

export interface RehearsalsDeps {
  readonly seal: Pick<Seal, 'seal' | 'open' | 'stamps'>;
  readonly idempotency: Idempotency;
  readonly admissions: RehearsalAdmissions;
  readonly now: () => number;
}

export function createRehearsals({ seal, idempotency, admissions, now }: RehearsalsDeps): Rehearsals {
  const contextOf = (room: RoomId) => `rehearsal ${room}`;
  const keyOf = (room: RoomId, id: string, what: 'records' | 'visitor') => `rehearsal ${what} ${room} ${id}`;

  const slotKey = (room: RoomId, slot: number) => `rehearsal slot ${room} ${slot}`;

  async function takeSlot(room: RoomId, id: string): Promise<number> {
    for (let slot = 0; slot < MOST_REHEARSALS; slot += 1) {
      const holder = await idempotency.remember(slotKey(room, slot), id, REHEARSAL_TIME);
      if (holder === null) return slot;
    }
    throw new TooManyRehearsals(room, MOST_REHEARSALS);
  }

  async function record(room: RoomId, id: string, step: RehearsalStep, detail: string | null = null): Promise<void> {
    const before = await keptOf(room, id);
    if (!before) return;
    const entry = { step, time: new Date(now()).toISOString(), detail: detail?.slice(0, LONGEST_DETAIL) ?? null };
    const steps = [...before.steps, entry].slice(-MOST_RECORDS);
    const left = Math.max(1, before.endsAt - now());
    await idempotency.amend(keyOf(room, id, 'records'), JSON.stringify({ ...before, steps }), left);
  }

  async function keptOf(room: RoomId, id: string): Promise<Kept | null> {
    // Nothing that was not begun stays: the store forgets it at once.
    const found = await idempotency.remember(keyOf(room, id, 'records'), NEVER_BEGUN, 1);
    const kept = found === null ? null : (JSON.parse(found) as Kept);
    return kept && kept.endsAt > now() ? kept : null;
  }

  return {
    async begin(room, goal) {
      const rehearsal = { id: randomBytes(4).toString('hex'), room, goal, endsAt: now() + REHEARSAL_TIME };
      const { id, endsAt } = rehearsal;
      const slot = await takeSlot(room, id);
      await admissions.begin(room, id);
      const kept: Kept = { endsAt, steps: [], slot };
      await idempotency.remember(keyOf(room, id, 'records'), JSON.stringify(kept), REHEARSAL_TIME);
      const pass = seal.seal(Buffer.from(JSON.stringify({ id, goal, endsAt })), contextOf(room));
      return { ...rehearsal, pass };
    },
    async open(room, pass) {
      const opened = seal.open(pass, contextOf(room));
      if (!opened) return null;
      const rehearsal = { ...JSON.parse(Buffer.from(opened).toString()), room } as Rehearsal;
      return rehearsal.endsAt > now() && !(await admissions.isOver(room, rehearsal.id)) ? rehearsal : null;
    },
    async enter({ room, id, endsAt }, lifetime, known) {
      const key = keyOf(room, id, 'visitor');
      const ends = Math.min(endsAt, now() + lifetime);
      const made = rehearsalVisitor(seal, room, id, ends);
      const first = await idempotency.remember(key, made, Math.max(1, ends - now()));
      const live = first === null ? null : await admissions.find(room, first);
      if (live) return first === known ? live : null;
      if (first !== null) await idempotency.amend(key, made, Math.max(1, ends - now()));
      await admissions.enter(room, made);
      return admissions.find(room, made);
    },
    async end(room, id) {
      const kept = await keptOf(room, id);
      if (!kept || (await admissions.isOver(room, id))) return false;
      await admissions.end(room, id);
      if (kept.slot !== undefined) await idempotency.forget(slotKey(room, kept.slot));
      return true;
    },
    record,
    async recordFor(room, visitor, step, detail = null) {
      const found = readRehearsalVisitor(seal, room, visitor, now());
      if (found) await record(room, found.id, step, detail);
    },
    records: async (room, id) => (await keptOf(room, id))?.steps ?? null,
  };
}
