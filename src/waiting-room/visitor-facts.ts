/** Answers where a visitor stands. The request counts as a heartbeat. */
import type { DrawResults } from './draw-result.ts';
import { AnteroomError } from './errors.ts';
import type { Facts } from './facts.ts';
import { entrantFacts, latecomerFacts, servedFacts, unservedFacts } from './facts.ts';
import { unservedDocument } from './facts-document.ts';
import type { HeartbeatBuffer } from './heartbeat-buffer.ts';
import { asksForProof } from './line-rules.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';
import { type Standing, standingOf } from './standing.ts';
import type { Ticket } from './ticket.ts';

export interface VisitorFacts {
  /** Not a promise if this process knows the answer already. Rejects with `ticket_invalid` for a stale ticket. */
  facts(ticket: Ticket): Facts | Promise<Facts>;
  /** The same as a JSON document, with less work for visitors who wait. */
  factsDocument(ticket: Ticket): string | Promise<string>;
  /** Whether the visitor of a ticket has a live admission, as of the snapshot. */
  isInside(ticket: Ticket): Promise<boolean>;
}

export interface VisitorFactsDeps {
  readonly snapshots: Snapshots;
  readonly heartbeats: Pick<HeartbeatBuffer, 'record' | 'recordEntrant'>;
  readonly draws: DrawResults;
}

/** The form of an answer. Nearly all answers go to visitors who wait, so theirs are made without an object. */
interface Form<T> {
  unserved(snapshot: Snapshot, ticket: Ticket): T;
  from(facts: Facts): T;
}

const FACTS: Form<Facts> = { unserved: unservedFacts, from: (facts) => facts };
const DOCUMENT: Form<string> = { unserved: unservedDocument, from: JSON.stringify };

export function createVisitorFacts({ snapshots, heartbeats, draws }: VisitorFactsDeps): VisitorFacts {
  function answer<T>(ticket: Ticket, form: Form<T>): T | Promise<T> {
    const snapshot = snapshots.now(ticket.room);
    return snapshot
      ? fromSnapshot(snapshot, ticket, form)
      : snapshots.get(ticket.room).then((fetched) => fromSnapshot(fetched, ticket, form));
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
        if (ticket.entry && countsAsPresent(snapshot, ticket))
          heartbeats.recordEntrant(ticket.room, ticket, ticket.entry);
        return form.from(entrantFacts(snapshot, ticket));
      case 'numbered':
        return numberedFacts(snapshot, standing.ticket, form);
    }
  }

  function numberedFacts<T>(snapshot: Snapshot, ticket: Ticket, form: Form<T>): T | Promise<T> {
    const { incarnation, generation, counters } = snapshot.view;
    if (countsAsPresent(snapshot, ticket)) {
      heartbeats.record(ticket.room, ticket, ticket.number, ticket.standing === 'proven');
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
    factsDocument: (ticket) => answer(ticket, DOCUMENT),
    async isInside(ticket) {
      const snapshot = await snapshots.get(ticket.room);
      const standing = await standingOf(snapshot, ticket, draws);
      if (standing.kind !== 'numbered') return false;
      return (await snapshots.place(snapshot, standing.ticket)).state === 'admitted';
    },
  };
}

/** A visitor beyond the budget of the address is present with a proof only. */
function countsAsPresent({ settings }: Snapshot, { standing }: Ticket): boolean {
  return standing !== 'unproven' || !asksForProof(settings);
}

function invalidTicket(ticket: Ticket): AnteroomError {
  return new AnteroomError(
    'ticket_invalid',
    `The ticket does not belong to the current line of room "${ticket.room}".`,
  );
}
