/** What visitors do: arrive, ask for the facts, claim, take more time, rejoin, leave. */
import type { Emit } from './activity.ts';
import type { AdmissionInLane, AdmissionLifecycle, Issued } from './admission-lifecycle.ts';
import type { UseAdmission } from './admission-uses.ts';
import type { DrawResults } from './draw-result.ts';
import type { EntryRequest } from './entry/entry-request.ts';
import type { GuardEntry } from './entry/guard-entry.ts';
import { needsProof } from './entry/needs-proof.ts';
import { ChallengeRequired, type JoinRefused } from './errors.ts';
import type { Arrival, JoinRoom } from './join-room.ts';
import { inLane, type LaneName, lineOf } from './lanes.ts';
import type { Admission } from './line/admission.ts';
import type { Place } from './line/place.ts';
import type { LineStore } from './ports/line.ts';
import type { RoomId } from './room.ts';
import { type Snapshot, type Snapshots, snapshotOfLane } from './snapshots.ts';
import { standingOf } from './standing.ts';
import type { Ticket } from './ticket.ts';
import { newVisitor } from './ticket.ts';
import type { VisitorId } from './visitor.ts';
import type { VisitorFacts } from './visitor-facts.ts';

/** What a browser has of a room. */
export interface Brought extends EntryRequest {
  readonly visitor: VisitorId | null;
  readonly ticket: Ticket | null;
  /** The ticket that `ticket` replaced after a reset. It counts if the reset was undone. */
  readonly former?: Ticket | null;
  /** The lane that a newcomer joins, as a pass says. Missing, or none of the room: the default lane. */
  readonly lane?: LaneName | undefined;
  /** The ticket that was admitted last: another visitor's, where several tabs joined at the same moment. */
  readonly inside?: Ticket | null;
  /** Whether the browser has brought back a cookie already: an admission needs no confirmation then. */
  readonly confirmed?: boolean;
  /** Why a visitor who is not in the line may not join it; null if they may. */
  readonly refusal?: JoinRefused | null;
}

/**
 * Every method rejects with StoreUnavailable when the store does not answer, and with RoomNotFound for an unknown room.
 * The methods that ask for an admission or end one treat an unknown room as a room without admissions.
 */
export interface Visitors extends VisitorFacts {
  /**
   * A visitor arrives at a door with what their browser has. A live admission counts first. A valid ticket is kept, and
   * its turn claimed if it has come. Any other visitor joins the line, and is admitted at once if a place is free.
   * Rejects with RoomClosed, with the refusal that was brought, and with what `guardEntry` throws.
   */
  arrive(room: RoomId, brought: Brought): Promise<Arrival>;
  /** The visitor's live admission. */
  admission(room: RoomId, visitor: VisitorId): Promise<Admission | null>;
  /**
   * The visitor's live admission, which this confirms: the visitor has used what they were given. An admission that
   * nobody confirms within the room's confirm window ends. Null also where what was
   * `issued` is void.
   */
  confirm(room: RoomId, visitor: VisitorId, issued?: Issued): Promise<Admission | null>;
  readonly useAdmission: UseAdmission;
  /**
   * With `confirmed` the admission is confirmed: the visitor gets the tokens, or has brought back a cookie. Rejects with
   * ChallengeRequired where the turn has come and takes a proof.
   */
  claim(ticket: Ticket, confirmed?: boolean): Promise<Place>;
  /** Doubles the claim window of the visitor's turn, once. Nothing happens where there is none, or it takes a proof. */
  extend(ticket: Ticket): Promise<void>;
  /**
   * Rejoins after a missed turn: at the front with the same number, or at the back with a new one, as the room's
   * settings say. A number that is used up is always replaced. At the back, it rejects like {@link arrive}.
   */
  rejoin(ticket: Ticket, request?: Omit<Brought, 'visitor' | 'ticket' | 'inside'>): Promise<Ticket>;
  leave(ticket: Ticket): Promise<void>;
  /** The live admission of a visitor who uses the site. Renews it if the room's settings say so. */
  stay(room: RoomId, visitor: VisitorId): Promise<Admission | null>;
  /** Ends the visitor's admission, if there is one; its place goes to the next. It counts as completed. */
  depart(room: RoomId, visitor: VisitorId, reason?: 'completed' | 'revoked'): Promise<void>;
}

export interface VisitorsDeps {
  readonly line: Pick<LineStore, 'admission' | 'extend' | 'rejoin' | 'leave' | 'place' | 'withdraw'>;
  readonly guardEntry: GuardEntry;
  readonly joinRoom: JoinRoom;
  readonly useAdmission: UseAdmission;
  readonly admissions: AdmissionLifecycle;
  readonly facts: VisitorFacts;
  readonly snapshots: Snapshots;
  readonly draws: DrawResults;
  readonly now: () => number;
  readonly emit: Emit;
  /** Called after a place became free. */
  readonly placeFreed: (room: RoomId) => void;
  /** Called after a visitor left by themselves. */
  readonly left: (room: RoomId) => void;
}

export function createVisitors(deps: VisitorsDeps): Visitors {
  const { line, guardEntry, joinRoom, useAdmission, admissions, facts, snapshots, draws, now, emit, placeFreed } = deps;

  /** Takes the turn if it has come, unless that takes a proof. An admission that the visitor has already stays. */
  async function claimTurn({ settings }: Snapshot, ticket: Ticket, confirmed: boolean): Promise<Place> {
    if (needsProof(settings, ticket)) {
      const place = await line.place(lineOf(ticket), ticket, now());
      if (place.state !== 'admitted') return place;
    }
    return admissions.claim(ticket, { confirmed });
  }

  /**
   * The admission that a repeated claim would answer. A look at one costs the store a tenth of a claim. Null where only a
   * claim can tell.
   */
  async function admissionOf({ view }: Snapshot, ticket: Ticket): Promise<Admission | null> {
    if (ticket.incarnation !== view.incarnation) return null;
    const admission = await line.admission(lineOf(ticket), ticket.visitor, now());
    return admission?.generation === ticket.generation ? admission : null;
  }

  /**
   * Null if the ticket is not valid in the current line.
   *
   * @param wasInside whether the browser knows that its turn was claimed.
   */
  async function arriveWithTicket(brought: Ticket, confirmed: boolean, wasInside: boolean): Promise<Arrival | null> {
    const snapshot = await snapshots.ofTicket(brought);
    if (!snapshot) return null;
    const standing = await standingOf(snapshot, brought, draws);
    if (standing.kind === 'entrant') return { ticket: brought, admission: null, isNew: false };
    if (standing.kind !== 'numbered') return null;
    const { ticket } = standing;
    const renewed = (admission: Admission) =>
      admissions.renew(snapshot.settings, { ...admission, ...inLane(brought.lane) });
    const isNew = ticket !== brought;
    // A look confirms nothing.
    const claimed = wasInside && !confirmed ? await admissionOf(snapshot, ticket) : null;
    if (claimed) return { ticket, admission: await renewed(claimed), isNew };
    const place = await claimTurn(snapshot, ticket, confirmed);
    if (place.state === 'stale' || place.state === 'over') return null;
    return { ticket, admission: place.state === 'admitted' ? await renewed(place.admission) : null, isNew };
  }

  /** A reset that was undone brings the ticket of before back. */
  async function arriveWithFormer(former: Ticket | null, ...arriving: [boolean, boolean]): Promise<Arrival | null> {
    const arrival = former && (await arriveWithTicket(former, ...arriving));
    return arrival && { ...arrival, isNew: true };
  }

  /** A visitor who lost the ticket but is inside gets a new one. */
  async function arriveInside(snapshot: Snapshot, visitor: VisitorId, confirmed: boolean): Promise<Arrival | null> {
    const { settings } = snapshot;
    const admission = await admissions[confirmed ? 'confirm' : 'find'](settings.id, visitor);
    if (!admission) return null;
    const ticket = ticketOf(laneIn(snapshot, admission.lane), admission);
    return { ticket, admission: await admissions.renew(settings, admission), isNew: true };
  }

  /**
   * Joins at the back. What the old ticket had shown does not count: it can be copied, and used any number of times.
   *
   * @param missed the old number, if it is not used up yet.
   */
  async function joinAgain(
    snapshot: Snapshot,
    { room, lane, visitor }: Ticket,
    { refusal, ...request }: Pick<Brought, 'refusal'> & EntryRequest,
    missed: Ticket | null = null,
  ): Promise<Ticket> {
    if (refusal) throw refusal;
    const own = laneIn(snapshot, lane);
    guardEntry(own, request);
    if (missed) await line.leave(lineOf(missed), missed, now());
    const { proven, address } = request;
    return (await joinRoom(room, { visitor, proven, address }, own)).ticket;
  }

  return {
    ...facts,
    async arrive(room, { visitor, ticket, former = null, lane, confirmed = false, ...brought }) {
      const { inside = null, refusal = null, ...request } = brought;
      const snapshot = await snapshots.get(room);
      if (inside && inside.visitor !== (visitor ?? ticket?.visitor)) {
        const arrival = await arriveInside(snapshot, inside.visitor, confirmed);
        if (arrival) return arrival;
      }
      const hasOwnTicket = ticket !== null && (visitor === null || ticket.visitor === visitor);
      const wasInside = inside?.visitor === ticket?.visitor;
      const arrival = hasOwnTicket
        ? ((await arriveWithTicket(ticket, confirmed, wasInside)) ??
          (await arriveWithFormer(former?.visitor === ticket.visitor ? former : null, confirmed, wasInside)))
        : visitor
          ? await arriveInside(snapshot, visitor, confirmed)
          : null;
      if (arrival) return arrival;
      if (refusal) throw refusal;
      const own = laneIn(snapshot, lane);
      guardEntry(own, request);
      const { proven, address } = request;
      const newcomer = { visitor: visitor ?? newVisitor(), proven, address, confirmed };
      return joinRoom(room, newcomer, own);
    },
    admission: admissions.find,
    confirm: admissions.confirm,
    useAdmission,
    async claim(ticket, confirmed = false) {
      const snapshot = await snapshots.ofTicket(ticket);
      if (!snapshot) return { state: 'stale' };
      const standing = await standingOf(snapshot, ticket, draws);
      if (standing.kind === 'numbered') {
        const place = await claimTurn(snapshot, standing.ticket, confirmed);
        if (place.state === 'served' && snapshot.settings.mode !== 'closed')
          throw ChallengeRequired.ofTurn(ticket.room);
        return place;
      }
      if (standing.kind === 'entrant') return { state: 'waiting' };
      return standing.kind === 'stale' ? { state: 'stale' } : { state: 'missed', away: true, front: false };
    },
    async extend(brought) {
      const snapshot = await snapshots.ofTicket(brought);
      const standing = snapshot && (await standingOf(snapshot, brought, draws));
      if (!snapshot || standing?.kind !== 'numbered' || needsProof(snapshot.settings, standing.ticket)) return;
      // The cached place answers first: a holder without a turn costs the store nothing, however often they ask.
      if (standing.ticket.number > snapshot.view.counters.serving) return;
      const known = await snapshots.place(snapshot, standing.ticket);
      if (known.state !== 'served' || known.extended) return;
      const place = await line.extend(lineOf(standing.ticket), standing.ticket, now());
      if (place.state === 'served' && place.extended) snapshots.expire(brought.room);
    },
    async rejoin(brought, request = {}) {
      const { room } = brought;
      const snapshot = await snapshots.get(room);
      const own = await snapshots.ofTicket(brought);
      const standing = own && (await standingOf(own, brought, draws));
      if (standing?.kind === 'entrant') return brought;
      if (standing?.kind !== 'numbered') return joinAgain(snapshot, brought, request);
      const { ticket } = standing;
      const place = await line.place(lineOf(ticket), ticket, now());
      const isFront = place.state === 'missed' && place.front && snapshot.settings.admission.missed_turn === 'front';
      if (place.state === 'missed' && (isFront || place.lapsed)) {
        await line.rejoin(lineOf(ticket), ticket, now());
        emit('ticket.returned', { room, ...inLane(ticket.lane), sub: ticket.visitor, number: ticket.number });
        snapshots.expire(room);
        return ticket;
      }
      if (place.state !== 'missed' && place.state !== 'over' && place.state !== 'stale') return ticket;
      return joinAgain(snapshot, brought, request, place.state === 'missed' ? ticket : null);
    },
    async leave(brought) {
      const { room, incarnation, generation, entry } = brought;
      const snapshot = await snapshots.ofTicket(brought);
      const standing = snapshot && (await standingOf(snapshot, brought, draws));
      const id = lineOf(brought);
      if (standing?.kind === 'entrant' && entry) await line.withdraw(id, { incarnation, generation, entry }, now());
      if (standing?.kind === 'numbered') {
        const { state } = await line.place(id, standing.ticket, now());
        const hasEnded = await admissions.end(room, brought.visitor, 'abandoned');
        if (!hasEnded && (state === 'over' || state === 'stale')) return;
        await line.leave(id, standing.ticket, now());
      } else if (standing?.kind !== 'entrant') return;
      deps.left(room);
      snapshots.expire(room);
      placeFreed(room);
    },
    async stay(room, visitor) {
      const admission = await admissions.find(room, visitor);
      if (!admission) return null;
      const { sessions } = admission;
      return { ...(await admissions.renew((await snapshots.get(room)).settings, admission)), sessions };
    },
    async depart(room, visitor, reason = 'completed') {
      if (!(await admissions.end(room, visitor, reason))) return;
      snapshots.expire(room);
      placeFreed(room);
    },
  };
}

/** The snapshot of a lane, or that of the default lane where the room does not have it. */
const laneIn = (snapshot: Snapshot, lane: LaneName | undefined): Snapshot => snapshotOfLane(snapshot, lane) ?? snapshot;

function ticketOf(snapshot: Snapshot, { generation, number, visitor, issuedAt }: AdmissionInLane): Ticket {
  const { settings, lane, view } = snapshot;
  return {
    room: settings.id,
    ...inLane(lane),
    incarnation: view.incarnation,
    generation,
    number,
    entry: null,
    visitor,
    joinedAt: issuedAt,
    predicted: null,
    standing: 'proven',
  };
}
