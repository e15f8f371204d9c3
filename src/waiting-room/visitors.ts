/** What visitors do: arrive, ask, claim, rejoin, leave. */
import { AnteroomError, RoomClosed, StoreUnavailable } from './errors.ts';
import type { Facts } from './facts.ts';
import { servedFacts, unservedDocument, unservedFacts } from './facts.ts';
import type { Hearing } from './gathering.ts';
import type { Admission, Entrant, Joined, LineStore, Place, VisitorId } from './ports.ts';
import type { RoomId } from './room.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';
import type { Ticket } from './ticket.ts';
import { newVisitor } from './ticket.ts';

export interface Arrival {
  readonly ticket: Ticket;
  readonly admission: Admission | null;
  /** Whether the ticket is a new one, to be handed to the visitor. */
  readonly isNew: boolean;
}

/** Every method rejects with RoomNotFound for an unknown room and StoreUnavailable when the store is away. */
export interface Visitors {
  /**
   * Somebody comes to the door, with what they brought. Who holds a ticket that is worth something keeps it and
   * takes the turn if it has come; anyone else gets a number, and with a free place goes in at once.
   * Rejects with RoomClosed where nobody may join.
   */
  arrive(room: RoomId, brought: { visitor: VisitorId | null; ticket: Ticket | null }): Promise<Arrival>;
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
}

export interface VisitorsDeps {
  readonly line: Pick<LineStore, 'claim' | 'rejoin' | 'leave' | 'admission' | 'place'>;
  readonly join: (room: RoomId, entrant: Entrant) => Promise<Joined | null>;
  readonly snapshots: Snapshots;
  readonly hearing: Pick<Hearing, 'note'>;
  readonly now: () => number;
  /** Called after a place became free. */
  readonly freed: (room: RoomId) => void;
}

export function createVisitors({ line, join, snapshots, hearing, now, freed }: VisitorsDeps): Visitors {
  async function enter(room: RoomId, visitor: VisitorId): Promise<Arrival> {
    const joined = await join(room, { visitor, claim: true });
    if (!joined) throw new RoomClosed(room);
    const { generation, number, admission } = joined;
    return { ticket: { room, generation, number, visitor, joinedAt: now() }, admission, isNew: true };
  }

  /** What `unserved` says of somebody who waits, or `made` of the facts of anybody else. */
  function fromSnapshot<T>(
    snapshot: Snapshot,
    ticket: Ticket,
    unserved: (snapshot: Snapshot, ticket: Ticket) => T,
    made: (facts: Facts) => T,
  ): T | Promise<T> {
    const { generation, counters } = snapshot.view;
    if (ticket.generation < generation) throw invalid(ticket);
    hearing.note(ticket.room, ticket.generation, ticket.number);
    if (ticket.generation === generation && ticket.number > counters.serving) return unserved(snapshot, ticket);
    return snapshots.place(snapshot, ticket).then((place) => {
      const known = servedFacts(snapshot, ticket, place);
      if (!known) throw invalid(ticket);
      return made(known);
    });
  }

  function ask<T>(
    ticket: Ticket,
    unserved: (snapshot: Snapshot, ticket: Ticket) => T,
    made: (facts: Facts) => T,
  ): T | Promise<T> {
    const snapshot = snapshots.now(ticket.room);
    return snapshot
      ? fromSnapshot(snapshot, ticket, unserved, made)
      : snapshots.get(ticket.room).then((fetched) => fromSnapshot(fetched, ticket, unserved, made));
  }

  return {
    async arrive(room, { visitor, ticket }) {
      await snapshots.get(room);
      if (ticket && (visitor === null || ticket.visitor === visitor)) {
        const place = await line.claim(room, ticket, now());
        if (place.state === 'admitted') return { ticket, admission: place.admission, isNew: false };
        if (place.state !== 'stale' && place.state !== 'over') return { ticket, admission: null, isNew: false };
      } else if (visitor) {
        const admission = await line.admission(room, visitor, now());
        if (admission) return { ticket: ticketOf(room, admission), admission, isNew: true };
      }
      return enter(room, visitor ?? newVisitor());
    },
    admission: (room, visitor) => line.admission(room, visitor, now()),
    facts: (ticket) => ask(ticket, unservedFacts, (facts) => facts),
    factsDocument: (ticket) => ask(ticket, unservedDocument, JSON.stringify),
    claim: (ticket) => line.claim(ticket.room, ticket, now()),
    async rejoin(ticket) {
      const { settings } = await snapshots.get(ticket.room);
      const place = await line.place(ticket.room, ticket, now());
      if (place.state === 'missed' && settings.admission.missed_turn === 'front') {
        await line.rejoin(ticket.room, ticket, now());
        snapshots.expire(ticket.room);
        return ticket;
      }
      if (place.state !== 'missed' && place.state !== 'over' && place.state !== 'stale') return ticket;
      if (place.state === 'missed') await line.leave(ticket.room, ticket, now());
      return (await enter(ticket.room, ticket.visitor)).ticket;
    },
    async leave(ticket) {
      await line.leave(ticket.room, ticket, now());
      snapshots.expire(ticket.room);
      freed(ticket.room);
    },
  };
}

function ticketOf(room: RoomId, { generation, number, visitor, issuedAt }: Admission): Ticket {
  return { room, generation, number, visitor, joinedAt: issuedAt };
}

function invalid(ticket: Ticket): AnteroomError {
  return new AnteroomError('ticket_invalid', `The ticket is not of the line that the room "${ticket.room}" has now.`);
}

/** Whether an error only means that the store is away for now. */
export function isAway(error: unknown): error is StoreUnavailable {
  return error instanceof StoreUnavailable;
}
