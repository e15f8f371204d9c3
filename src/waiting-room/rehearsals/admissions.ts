/**
 * The admissions of rehearsals. The visitor's id says when one ends at the latest; what is kept says when it began, in
 * which line, and whether it ended before. A line that was reset or deleted has no admission of a rehearsal before.
 */
import { RoomNotFound } from '../errors.ts';
import type { Admission } from '../line/admission.ts';
import type { Idempotency } from '../ports/idempotency.ts';
import type { RoomId } from '../room.ts';
import type { Snapshots } from '../snapshots.ts';
import type { VisitorId } from '../visitor.ts';
import { admissionOfRehearsal, REHEARSAL_TIME, type RehearsalSeal, readRehearsalVisitor } from './visitor.ts';

export interface RehearsalAdmissions {
  /** Makes a rehearsal known, so that {@link end} ends it. */
  begin(room: RoomId, id: string): Promise<void>;
  /** Keeps the moment, and the line. */
  enter(room: RoomId, visitor: VisitorId): Promise<void>;
  /** Null for every visitor who is not of a rehearsal, without asking the store, and once the admission is over. */
  find(room: RoomId, visitor: VisitorId): Promise<Admission | null>;
  isOver(room: RoomId, id: string): Promise<boolean>;
  /** Ends the rehearsal, its link and its admission. */
  end(room: RoomId, id: string): Promise<void>;
  /** The same for its visitor. False for visitors who are not of a rehearsal. */
  endOf(room: RoomId, visitor: VisitorId): Promise<boolean>;
}

export interface RehearsalAdmissionsDeps {
  readonly seal: RehearsalSeal;
  readonly idempotency: Idempotency;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly now: () => number;
}

interface Entry {
  readonly line: string;
  /** In ms. */
  readonly at: number;
}

const [LIVE, OVER] = ['live', 'over'];
const NONE = '';

export function createRehearsalAdmissions(deps: RehearsalAdmissionsDeps): RehearsalAdmissions {
  const { seal, idempotency, snapshots, now } = deps;
  const stateKey = (room: RoomId, id: string) => `rehearsal state ${room} ${id}`;
  const entryKey = (room: RoomId, visitor: VisitorId) => `rehearsal entry ${room} ${visitor}`;
  const visitorOf = (room: RoomId, visitor: VisitorId) => readRehearsalVisitor(seal, room, visitor, now());

  /** Null: there is no such room. */
  async function lineOf(room: RoomId): Promise<string | null> {
    try {
      const { incarnation, generation } = (await snapshots.get(room)).view;
      return `${incarnation} ${generation}`;
    } catch (error) {
      if (error instanceof RoomNotFound) return null;
      throw error;
    }
  }

  // The store forgets what was not remembered before at once.
  const isOver = async (room: RoomId, id: string) => (await idempotency.remember(stateKey(room, id), LIVE, 1)) === OVER;

  async function entryOf(room: RoomId, visitor: VisitorId): Promise<Entry | null> {
    const found = await idempotency.remember(entryKey(room, visitor), NONE, 1);
    return found ? (JSON.parse(found) as Entry) : null;
  }

  async function end(room: RoomId, id: string): Promise<void> {
    const before = await idempotency.remember(stateKey(room, id), OVER, REHEARSAL_TIME);
    if (before === LIVE) await idempotency.amend(stateKey(room, id), OVER, REHEARSAL_TIME);
  }

  return {
    async begin(room, id) {
      await idempotency.remember(stateKey(room, id), LIVE, REHEARSAL_TIME);
    },
    async enter(room, visitor) {
      const line = await lineOf(room);
      if (line === null) return;
      const entry = JSON.stringify({ line, at: now() } satisfies Entry);
      const before = await idempotency.remember(entryKey(room, visitor), entry, REHEARSAL_TIME);
      // Two that end in the same second have one id.
      if (before !== null) await idempotency.amend(entryKey(room, visitor), entry, REHEARSAL_TIME);
    },
    async find(room, visitor) {
      const found = visitorOf(room, visitor);
      if (!found) return null;
      const [over, entry, line] = await Promise.all([isOver(room, found.id), entryOf(room, visitor), lineOf(room)]);
      if (over || line === null || (entry && entry.line !== line)) return null;
      return admissionOfRehearsal(visitor, found, entry?.at);
    },
    isOver,
    end,
    async endOf(room, visitor) {
      const found = visitorOf(room, visitor);
      if (found) await end(room, found.id);
      return found !== null;
    },
  };
}
