/** What visitors do: arrive, ask, claim, rejoin, leave. */
import type { Emit } from './activity.ts';
import type { AdmissionEnded } from './admission-end.ts';
import type { DrawResults } from './draw-result.ts';
import { AnteroomError, RoomClosed, RoomNotFound } from './errors.ts';
import type { Facts } from './facts.ts';
import { entrantFacts, latecomerFacts, servedFacts, unservedDocument, unservedFacts, waitOf } from './facts.ts';
import type { HeartbeatBuffer } from './heartbeat-buffer.ts';
import type { Join } from './join-batcher.ts';
import type { Admission } from './line/admission.ts';
import type { Place } from './line/place.ts';
import type { LineStore } from './ports/line.ts';
import type { Predictions } from './predictions.ts';
import type { RoomId } from './room.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';
import { type Standing, standingOf } from './standing.ts';
import type { Ticket } from './ticket.ts';
import { newVisitor } from './ticket.ts';
import type { VisitorId } from './visitor.ts';

export interface Arrival {
  readonly ticket: Ticket;
  readonly admission: Admission | null;
  /** Whether the ticket is a new one, to be handed to the visitor. */
  readonly isNew: boolean;
}

/**
 * Every method rejects with StoreUnavailable when the store is away, and with RoomNotFound for an unknown room; only in
 * what asks of an admission, or ends one, a room that is gone is one that nobody is in.
 */
export interface Visitors {
  /**
   * Somebody comes to the door, with what they brought. Who holds a ticket that is worth something keeps it and
   * takes the turn if it has come; anyone else gets a number, and with a free place goes in at once.
   * Rejects with RoomClosed where nobody may join.
   */
  arrive(room: RoomId, brought: { visitor: VisitorId | null; ticket: Ticket | null }): Promise<Arrival>;
  /** The live admission of a visitor. */
  admission(room: RoomId, visitor: VisitorId): Promise<Admission | null>;
  /**
   * The facts, from what this process knows where it can: then the answer is no promise. Asking makes present.
   * Rejects with `ticket_invalid` for a ticket of an older generation.
   */
  facts(ticket: Ticket): Facts | Promise<Facts>;
  /** The same as a JSON document, with less work for those who wait. */
  factsDocument(ticket: Ticket): string | Promise<string>;
  claim(ticket: Ticket): Promise<Place>;
  /**
   * After a missed turn: to the front with the same number, or to the back with a new one, as the room has it;
   * a number that is used up always gets a new one.
   */
  rejoin(ticket: Ticket): Promise<Ticket>;
  leave(ticket: Ticket): Promise<void>;
  /** The live admission of a visitor who is at the site just now, which prolongs it where the room has it so. */
  stay(room: RoomId, visitor: VisitorId): Promise<Admission | null>;
  /** Ends the visitor's admission, if there is one; its place goes to the next. It counts as completed. */
  depart(room: RoomId, visitor: VisitorId, reason?: 'completed' | 'revoked'): Promise<void>;
}

export interface VisitorsDeps {
  readonly line: Pick<
    LineStore,
    'claim' | 'rejoin' | 'leave' | 'admission' | 'place' | 'renew' | 'withdraw' | 'reportExits'
  >;
  readonly join: Join;
  readonly snapshots: Snapshots;
  readonly heartbeats: Pick<HeartbeatBuffer, 'record' | 'recordEntrant'>;
  readonly draws: DrawResults;
  readonly predictions: Pick<Predictions, 'compare'>;
  readonly now: () => number;
  readonly emit: Emit;
  readonly admissionEnded: AdmissionEnded;
  /** Called after a place became free. */
  readonly placeFreed: (room: RoomId) => void;
}

/** In what form facts are told: those of somebody who waits have a way of their own, as nearly all are. */
interface Form<T> {
  unserved(snapshot: Snapshot, ticket: Ticket): T;
  made(facts: Facts): T;
}

const FACTS: Form<Facts> = { unserved: unservedFacts, made: (facts) => facts };
const DOCUMENT: Form<string> = { unserved: unservedDocument, made: JSON.stringify };

export function createVisitors(deps: VisitorsDeps): Visitors {
  const { line, join, snapshots, heartbeats, draws, predictions, now, emit, admissionEnded, placeFreed } = deps;

  async function enter(room: RoomId, visitor: VisitorId, snapshot: Snapshot): Promise<Arrival> {
    const joined = await join(room, { visitor, claim: true });
    if (!joined) {
      // What this process knows is of the time before: the page is to say that the room is closed.
      if (snapshot.settings.mode !== 'closed') snapshots.expire(room);
      throw new RoomClosed(room);
    }
    const { generation, number, entry, admission } = joined;
    const predicted = entry || admission ? null : waitOf(snapshot, snapshot.ahead(number));
    emit('ticket.issued', { room, sub: visitor, number: entry ? null : number, admitted: admission !== null });
    if (admission) emitClaimed(room, admission);
    return {
      ticket: { room, generation, number, entry, visitor, joinedAt: now(), predicted },
      admission,
      isNew: true,
    };
  }

  async function claim(ticket: Ticket): Promise<Place> {
    const place = await line.claim(ticket.room, ticket, now());
    if (place.state === 'admitted' && place.first) {
      emitClaimed(ticket.room, place.admission);
      predictions.compare(ticket, now());
    }
    return place;
  }

  function emitClaimed(room: RoomId, { visitor, number, expiresAt }: Admission): void {
    emit('ticket.claimed', { room, sub: visitor, number, expires_at: new Date(expiresAt).toISOString() });
  }

  const admissionOf = (room: RoomId, visitor: VisitorId) => line.admission(room, visitor, now()).catch(noneInNoRoom);

  /** Ends a live admission. Returns whether there was one. */
  async function endAdmission(
    room: RoomId,
    visitor: VisitorId,
    reason: 'completed' | 'abandoned' | 'revoked',
  ): Promise<boolean> {
    const counter = reason === 'abandoned' ? 'abandoned' : 'completed';
    const nobody = { exited: 0, completed: [], abandoned: [] };
    const { ended } = await line.reportExits(room, { ...nobody, [counter]: [visitor] }, now());
    admissionEnded(room, ended, reason);
    return ended.length > 0;
  }

  function factsOf<T>(snapshot: Snapshot, ticket: Ticket, standing: Standing, form: Form<T>): T | Promise<T> {
    switch (standing.kind) {
      case 'stale':
        throw invalid(ticket);
      case 'latecomer':
        return form.made(latecomerFacts(snapshot, ticket));
      case 'entrant':
        if (ticket.entry) heartbeats.recordEntrant(ticket.room, ticket.generation, ticket.entry);
        return form.made(entrantFacts(snapshot, ticket));
      case 'numbered':
        return numberedFacts(snapshot, standing.ticket, form);
    }
  }

  function numberedFacts<T>(snapshot: Snapshot, ticket: Ticket, form: Form<T>): T | Promise<T> {
    const { generation, counters } = snapshot.view;
    heartbeats.record(ticket.room, ticket.generation, ticket.number);
    if (ticket.generation === generation && ticket.number > counters.serving) return form.unserved(snapshot, ticket);
    return snapshots.place(snapshot, ticket).then((place) => {
      const known = servedFacts(snapshot, ticket, place);
      if (!known) throw invalid(ticket);
      return form.made(known);
    });
  }

  function fromSnapshot<T>(snapshot: Snapshot, ticket: Ticket, form: Form<T>): T | Promise<T> {
    const standing = standingOf(snapshot, ticket, draws);
    return standing instanceof Promise
      ? standing.then((known) => factsOf(snapshot, ticket, known, form))
      : factsOf(snapshot, ticket, standing, form);
  }

  function ask<T>(ticket: Ticket, form: Form<T>): T | Promise<T> {
    const snapshot = snapshots.now(ticket.room);
    return snapshot
      ? fromSnapshot(snapshot, ticket, form)
      : snapshots.get(ticket.room).then((fetched) => fromSnapshot(fetched, ticket, form));
  }

  /** What comes of a ticket at the door; null when it is worth nothing there. */
  async function arriveWith(snapshot: Snapshot, brought: Ticket): Promise<Arrival | null> {
    const standing = await standingOf(snapshot, brought, draws);
    if (standing.kind === 'entrant') return { ticket: brought, admission: null, isNew: false };
    if (standing.kind !== 'numbered') return null;
    const { ticket } = standing;
    const place = await claim(ticket);
    if (place.state === 'stale' || place.state === 'over') return null;
    const admission = place.state === 'admitted' ? await renewed(snapshot, place.admission) : null;
    return { ticket, admission, isNew: ticket !== brought };
  }

  /** The admission, which coming back prolongs where the room has it so. */
  async function renewed({ settings }: Snapshot, admission: Admission): Promise<Admission> {
    if (!settings.admission.renew) return admission;
    return (await line.renew(settings.id, admission.visitor, now())) ?? admission;
  }

  return {
    async arrive(room, { visitor, ticket }) {
      const snapshot = await snapshots.get(room);
      if (ticket && (visitor === null || ticket.visitor === visitor)) {
        const arrival = await arriveWith(snapshot, ticket);
        if (arrival) return arrival;
      } else if (visitor) {
        const admission = await admissionOf(room, visitor);
        if (admission) {
          return { ticket: ticketOf(room, admission), admission: await renewed(snapshot, admission), isNew: true };
        }
      }
      return enter(room, visitor ?? newVisitor(), snapshot);
    },
    admission: admissionOf,
    facts: (ticket) => ask(ticket, FACTS),
    factsDocument: (ticket) => ask(ticket, DOCUMENT),
    async claim(ticket) {
      const standing = await standingOf(await snapshots.get(ticket.room), ticket, draws);
      if (standing.kind === 'numbered') return claim(standing.ticket);
      if (standing.kind === 'entrant') return { state: 'waiting' };
      return standing.kind === 'stale' ? { state: 'stale' } : { state: 'missed', away: true };
    },
    async rejoin(brought) {
      const { room, visitor } = brought;
      const snapshot = await snapshots.get(room);
      const standing = await standingOf(snapshot, brought, draws);
      if (standing.kind === 'entrant') return brought;
      if (standing.kind !== 'numbered') return (await enter(room, visitor, snapshot)).ticket;
      const { ticket } = standing;
      const place = await line.place(room, ticket, now());
      if (place.state === 'missed' && snapshot.settings.admission.missed_turn === 'front') {
        await line.rejoin(room, ticket, now());
        snapshots.expire(room);
        return ticket;
      }
      if (place.state !== 'missed' && place.state !== 'over' && place.state !== 'stale') return ticket;
      if (place.state === 'missed') await line.leave(room, ticket, now());
      return (await enter(room, visitor, snapshot)).ticket;
    },
    async leave(brought) {
      const { room, generation, entry } = brought;
      const standing = await standingOf(await snapshots.get(room), brought, draws);
      if (standing.kind === 'entrant' && entry) await line.withdraw(room, { generation, entry }, now());
      if (standing.kind === 'numbered') {
        await endAdmission(room, brought.visitor, 'abandoned');
        await line.leave(room, standing.ticket, now());
      }
      snapshots.expire(room);
      placeFreed(room);
    },
    async stay(room, visitor) {
      const admission = await admissionOf(room, visitor);
      return admission && renewed(await snapshots.get(room), admission);
    },
    async depart(room, visitor, reason = 'completed') {
      if (!(await endAdmission(room, visitor, reason).catch(noneInNoRoom))) return;
      snapshots.expire(room);
      placeFreed(room);
    },
  };
}

function ticketOf(room: RoomId, { generation, number, visitor, issuedAt }: Admission): Ticket {
  return { room, generation, number, entry: null, visitor, joinedAt: issuedAt, predicted: null };
}

function invalid(ticket: Ticket): AnteroomError {
  return new AnteroomError('ticket_invalid', `The ticket is not of the line that the room "${ticket.room}" has now.`);
}

function noneInNoRoom(error: unknown): null {
  if (error instanceof RoomNotFound) return null;
  throw error;
}
