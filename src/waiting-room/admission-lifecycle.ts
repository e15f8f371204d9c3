/** The life of an admission: a claim begins it, a return may renew it, and an exit ends it. */
import type { AdmissionEndReason, Emit } from './activity.ts';
import type { AdmissionEnded } from './admission-end.ts';
import type { InAnyLane } from './any-lane.ts';
import { inLane, type LaneName, type LineId, lineOf } from './lanes.ts';
import type { Admission } from './line/admission.ts';
import type { Confirmation } from './line/admissions.ts';
import type { Claim, Place } from './line/place.ts';
import type { LineStore } from './ports/line.ts';
import type { Predictions } from './predictions.ts';
import type { RoomId, RoomSettings } from './room.ts';
import type { Ticket } from './ticket.ts';
import type { VisitorId } from './visitor.ts';

export interface AdmissionLifecycle {
  /** The visitor's live admission, in any lane; null if there is none or the room does not exist. */
  find(room: RoomId, visitor: VisitorId): Promise<AdmissionInLane | null>;
  /** Claims the turn of a numbered ticket. */
  claim(ticket: Ticket, terms?: ClaimTerms): Promise<Place>;
  /** Like `find`, and the admission is confirmed. Null also where what was `issued` is void. */
  confirm(room: RoomId, visitor: VisitorId, issued?: Issued): Promise<AdmissionInLane | null>;
  /** Emits that an admission began. A join does so by itself when it finds a free place. */
  began(room: RoomId, admission: Admission, lane?: LaneName): void;
  /** Starts the lifetime again in a room that renews admissions, and returns the admission as it is then. */
  renew(settings: RoomSettings, admission: AdmissionInLane): Promise<AdmissionInLane>;
  /** Ends the visitor's live admission. Returns whether there was one. */
  end(room: RoomId, visitor: VisitorId, reason: VisitorEndReason): Promise<boolean>;
}

/** What was issued to a visitor, and is used now. */
export type Issued = Omit<Confirmation, 'visitor'>;
/** An admission, and the lane that it is in: undefined for the default lane. */
export type AdmissionInLane = Admission & { readonly lane?: LaneName };

/** What a claim may differ in from that of a waiting page. */
export type ClaimTerms = Pick<Claim, 'lifetime' | 'late' | 'confirmed'>;

/** The ways in which a single visitor's admission ends before its time. */
export type VisitorEndReason = Extract<AdmissionEndReason, 'completed' | 'abandoned' | 'revoked'>;

export interface AdmissionLifecycleDeps {
  readonly line: Pick<LineStore, 'admission' | 'claim' | 'confirm' | 'renew' | 'reportExits'>;
  readonly predictions: Pick<Predictions, 'compare'>;
  readonly inAnyLane: InAnyLane;
  readonly now: () => number;
  readonly emit: Emit;
  readonly admissionEnded: AdmissionEnded;
}

export function createAdmissionLifecycle(deps: AdmissionLifecycleDeps): AdmissionLifecycle {
  const { line, predictions, inAnyLane, now, emit, admissionEnded } = deps;

  function began(room: RoomId, { visitor, number, expiresAt }: Admission, lane?: LaneName): void {
    emit('ticket.claimed', {
      room,
      ...inLane(lane),
      sub: visitor,
      number,
      expires_at: new Date(expiresAt).toISOString(),
    });
  }

  async function admissionIn(
    room: RoomId,
    look: (line: LineId) => Promise<Admission | null>,
  ): Promise<AdmissionInLane | null> {
    const there = await inAnyLane(room, look);
    return there && { ...there.found, ...inLane(there.lane) };
  }

  return {
    find: (room, visitor) => admissionIn(room, (id) => line.admission(id, visitor, now())),
    confirm: (room, visitor, issued) =>
      admissionIn(room, (id) => line.confirm(id, issued ? { visitor, ...issued } : visitor, now())),
    async claim(ticket, terms) {
      const place = await line.claim(lineOf(ticket), terms ? { ...ticket, ...terms } : ticket, now());
      if (place.state === 'admitted' && place.first) {
        began(ticket.room, place.admission, ticket.lane);
        predictions.compare(ticket, now());
      }
      return place;
    },
    began,
    async renew({ id, admission: { renew } }, admission) {
      if (!renew) return admission;
      const { visitor, lane } = admission;
      const renewed = await line.renew(lineOf({ room: id, lane }), visitor, now());
      if (!renewed) return admission;
      return { ...renewed, ...inLane(lane) };
    },
    async end(room, visitor, reason) {
      // A revoked admission has no counter of its own.
      const counter = reason === 'abandoned' ? 'abandoned' : 'completed';
      const exits = { exited: 0, completed: [], abandoned: [], [counter]: [visitor] };
      const ended = await inAnyLane(room, async (id) => {
        const result = await line.reportExits(id, exits, now());
        return result.ended.length > 0 ? result.ended : null;
      });
      if (!ended) return false;
      admissionEnded(room, ended.found, reason);
      return true;
    },
  };
}
