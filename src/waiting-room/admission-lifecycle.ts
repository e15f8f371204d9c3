/** The life of an admission: a claim begins it, a return may renew it, and an exit ends it. */
import type { AdmissionEndReason, Emit } from './activity.ts';
import type { AdmissionEnded } from './admission-end.ts';
import { RoomNotFound } from './errors.ts';
import type { Admission } from './line/admission.ts';
import type { Confirmation } from './line/admissions.ts';
import type { Claim, Place } from './line/place.ts';
import type { LineStore } from './ports/line.ts';
import type { Predictions } from './predictions.ts';
import type { RoomId, RoomSettings } from './room.ts';
import type { Ticket } from './ticket.ts';
import type { VisitorId } from './visitor.ts';

export interface AdmissionLifecycle {
  /** The visitor's live admission; null if there is none or the room does not exist. */
  find(room: RoomId, visitor: VisitorId): Promise<Admission | null>;
  /** Claims the turn of a numbered ticket. */
  claim(ticket: Ticket, terms?: ClaimTerms): Promise<Place>;
  /** Like `find`, and the admission is confirmed. Null also where what was `issued` is void. */
  confirm(room: RoomId, visitor: VisitorId, issued?: Issued): Promise<Admission | null>;
  /** Emits that an admission began. A join does so by itself when it finds a free place. */
  began(room: RoomId, admission: Admission): void;
  /** Starts the lifetime again in a room that renews admissions, and returns the admission as it is then. */
  renew(settings: RoomSettings, admission: Admission): Promise<Admission>;
  /** Ends the visitor's live admission. Returns whether there was one. */
  end(room: RoomId, visitor: VisitorId, reason: VisitorEndReason): Promise<boolean>;
}

/** What was issued to a visitor, and is used now. */
export type Issued = Omit<Confirmation, 'visitor'>;

/** What a claim may differ in from that of a waiting page. */
export type ClaimTerms = Pick<Claim, 'lifetime' | 'late' | 'confirmed'>;

/** The ways in which a single visitor's admission ends before its time. */
export type VisitorEndReason = Extract<AdmissionEndReason, 'completed' | 'abandoned' | 'revoked'>;

export interface AdmissionLifecycleDeps {
  readonly line: Pick<LineStore, 'admission' | 'claim' | 'confirm' | 'renew' | 'reportExits'>;
  readonly predictions: Pick<Predictions, 'compare'>;
  readonly now: () => number;
  readonly emit: Emit;
  readonly admissionEnded: AdmissionEnded;
}

export function createAdmissionLifecycle(deps: AdmissionLifecycleDeps): AdmissionLifecycle {
  const { line, predictions, now, emit, admissionEnded } = deps;

  function began(room: RoomId, { visitor, number, expiresAt }: Admission): void {
    emit('ticket.claimed', { room, sub: visitor, number, expires_at: new Date(expiresAt).toISOString() });
  }

  return {
    find: (room, visitor) => line.admission(room, visitor, now()).catch(nullIfNoRoom),
    confirm: (room, visitor, issued) =>
      line.confirm(room, issued ? { visitor, ...issued } : visitor, now()).catch(nullIfNoRoom),
    async claim(ticket, terms) {
      const place = await line.claim(ticket.room, terms ? { ...ticket, ...terms } : ticket, now());
      if (place.state === 'admitted' && place.first) {
        began(ticket.room, place.admission);
        predictions.compare(ticket, now());
      }
      return place;
    },
    began,
    async renew({ id, admission: { renew } }, admission) {
      if (!renew) return admission;
      return (await line.renew(id, admission.visitor, now())) ?? admission;
    },
    async end(room, visitor, reason) {
      // A revoked admission has no counter of its own.
      const counter = reason === 'abandoned' ? 'abandoned' : 'completed';
      const exits = { exited: 0, completed: [], abandoned: [], [counter]: [visitor] };
      const result = await line.reportExits(room, exits, now()).catch(nullIfNoRoom);
      if (!result || result.ended.length === 0) return false;
      admissionEnded(room, result.ended, reason);
      return true;
    },
  };
}

function nullIfNoRoom(error: unknown): null {
  if (error instanceof RoomNotFound) return null;
  throw error;
}
