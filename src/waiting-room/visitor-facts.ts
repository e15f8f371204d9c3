/** Answers where a visitor stands. Nearly every request counts as a heartbeat. */
import type { DrawResults } from './draw-result.ts';
import { needsProof } from './entry/needs-proof.ts';
import { AnteroomError } from './errors.ts';
import type { Facts } from './facts.ts';
import { entrantFacts, latecomerFacts, servedFacts, unservedFacts } from './facts.ts';
import { unservedDocument } from './facts-document.ts';
import type { HeartbeatBuffer } from './heartbeat-buffer.ts';
import { isKnownToWait } from './known-to-wait.ts';
import { lineOf } from './lanes.ts';
import { firstHeartbeatAfter } from './poll-intervals.ts';
import { type Snapshot, type Snapshots, snapshotOfLane } from './snapshots.ts';
import { type Standing, standingOf } from './standing.ts';
import type { Ticket } from './ticket.ts';

export interface VisitorFacts {
  /** Not a promise if this process knows the answer already. Rejects with `ticket_invalid` for a stale ticket. */
  facts(ticket: Ticket): Facts | Promise<Facts>;
  /** The same facts, for a request that is no heartbeat. */
  shownFacts(ticket: Ticket): Facts | Promise<Facts>;
  /** The facts of a ticket that goes out with them: no heartbeat, and the first one is due soon. */
  newFacts(ticket: Ticket): Facts | Promise<Facts>;
  /** The same as a JSON document, with less work for visitors who wait. */
  factsDocument(ticket: Ticket): string | Promise<string>;
  /** Whether the visitor of a ticket has a live admission, as of the snapshot. */
  isInside(ticket: Ticket): Promise<boolean>;
  /** Whether this process's snapshot shows that the visitor of a ticket waits. No store is asked. */
  isKnownToWait(ticket: Ticket): boolean;
}

export interface VisitorFactsDeps {
  readonly snapshots: Snapshots;
  readonly heartbeats: Pick<HeartbeatBuffer, 'record' | 'recordEntrant'>;
  readonly draws: DrawResults;
}

/** The form of an answer. Nearly all answers go to visitors who wait, so theirs are made without an object. */
interface Form<T> {
  /** Whether the request counts as a heartbeat: its visitor brought the ticket. */
  readonly isHeartbeat: boolean;
  unserved(snapshot: Snapshot, ticket: Ticket): T;
  from(facts: Facts): T;
}

const FACTS: Form<Facts> = { isHeartbeat: true, unserved: unservedFacts, from: (facts) => facts };
const SHOWN: Form<Facts> = { ...FACTS, isHeartbeat: false };
const DOCUMENT: Form<string> = { isHeartbeat: true, unserved: unservedDocument, from: JSON.stringify };

/** The ticket is new. */
function dueSoon(facts: Facts): Facts {
  const startsIn =
    facts.starts_at === undefined ? undefined : Date.parse(facts.starts_at) - Date.parse(facts.updated_at);
  return { ...facts, heartbeat_after: firstHeartbeatAfter(facts.heartbeat_after, startsIn) };
}
const NEW: Form<Facts> = {
  isHeartbeat: false,
  unserved: (snapshot, ticket) => dueSoon(unservedFacts(snapshot, ticket)),
  from: dueSoon,
};

export function createVisitorFacts({ snapshots, heartbeats, draws }: VisitorFactsDeps): VisitorFacts {
  function answer<T>(ticket: Ticket, form: Form<T>): T | Promise<T> {
    const room = snapshots.now(ticket.room);
    const snapshot = room && snapshotOfLane(room, ticket.lane);
    if (snapshot) return fromSnapshot(snapshot, ticket, form);
    return snapshots.ofTicket(ticket).then((fetched) => {
      if (!fetched) throw invalidTicket(ticket);
      return fromSnapshot(fetched, ticket, form);
    });
  }

  function fromSnapshot<T>(snapshot: Snapshot, ticket: Ticket, form: Form<T>): T | Promise<T> {
    const standing = standingOf(snapshot, ticket, draws);
    return standing instanceof Promise
      ? standing.then((known) => factsOf(snapshot, ticket, known, form))
      : factsOf(snapshot, ticket, standing, form);
  }

  function factsOf<T>(snapshot: Snapshot, ticket: Ticket, standing: Standing, form: Form<T>): T | Promise<T> {
    switch (standing.kind) {
      case 'stale':
        throw invalidTicket(ticket);
      case 'latecomer':
        return form.from(latecomerFacts(snapshot, ticket));
      case 'entrant':
        if (form.isHeartbeat && ticket.entry && !needsProof(snapshot.settings, ticket))
          heartbeats.recordEntrant(lineOf(ticket), ticket, ticket.entry);
        return form.from(entrantFacts(snapshot, ticket));
      case 'numbered':
        return numberedFacts(snapshot, standing.ticket, form);
    }
  }

  function numberedFacts<T>(snapshot: Snapshot, ticket: Ticket, form: Form<T>): T | Promise<T> {
    const { incarnation, generation, counters } = snapshot.view;
    if (form.isHeartbeat && !needsProof(snapshot.settings, ticket)) {
      heartbeats.record(lineOf(ticket), ticket, ticket.number, ticket.standing === 'proven');
    }
    const isOfThisLine = ticket.incarnation === incarnation && ticket.generation === generation;
    if (isOfThisLine && ticket.number > counters.serving) return form.unserved(snapshot, ticket);
    return snapshots.place(snapshot, ticket).then((place) => {
      const facts = servedFacts(snapshot, ticket, place);
      if (!facts) throw invalidTicket(ticket);
      return form.from(facts);
    });
  }

  return {
    facts: (ticket) => answer(ticket, FACTS),
    shownFacts: (ticket) => answer(ticket, SHOWN),
    newFacts: (ticket) => answer(ticket, NEW),
    factsDocument: (ticket) => answer(ticket, DOCUMENT),
    isKnownToWait(ticket) {
      const snapshot = snapshots.now(ticket.room);
      return snapshot !== undefined && isKnownToWait(snapshot, ticket);
    },
    async isInside(ticket) {
      const snapshot = await snapshots.ofTicket(ticket);
      if (!snapshot) return false;
      const standing = await standingOf(snapshot, ticket, draws);
      if (standing.kind !== 'numbered') return false;
      return (await snapshots.place(snapshot, standing.ticket)).state === 'admitted';
    },
  };
}

function invalidTicket(ticket: Ticket): AnteroomError {
  return new AnteroomError(
    'ticket_invalid',
    `The ticket does not belong to the current line of room "${ticket.room}".`,
  );
}
