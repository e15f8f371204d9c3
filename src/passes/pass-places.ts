/** Where the place of a pass is found again: a row for each pass, with its ticket. */
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Seal } from '#waiting-room/seal.ts';
import type { Ticket, TicketOffice } from '#waiting-room/ticket.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';

/** As long as a ticket's cookie, in ms, from the last time the place changed. */
const AGE = 7 * 24 * 3_600_000;
/** The row of a pass that has no place yet. No ticket reads like this. */
const EMPTY = 'none';
/** How long a join may take, in ms. After that its process has ended. */
const JOIN_TIME = 5000;
/** The life, in ms, of a row that is made only because nothing was there to be read. */
const SOON = 1;
const VISITOR_BYTES = 16;

export interface PassPlace {
  readonly key: string;
  /** The same for the same pass. */
  readonly visitor: VisitorId;
  /** Null for a pass that has no place yet. */
  readonly ticket: Ticket | null;
}

export interface PassPlaces {
  find(room: RoomId, issuer: string, sub: string): Promise<PassPlace>;
  keep(place: PassPlace, ticket: Ticket): Promise<void>;
  /** Whether the caller may join with the pass now. No other request may until it is done. */
  begin(place: PassPlace): Promise<boolean>;
  done(place: PassPlace): Promise<void>;
  /** The place of the pass that a ticket belongs to; null for a visitor without a pass. */
  of(ticket: Ticket): Promise<PassPlace | null>;
}

export interface PassPlacesDeps {
  readonly idempotency: Idempotency;
  readonly tickets: Pick<TicketOffice, 'seal' | 'open'>;
  readonly seal: Pick<Seal, 'stamps'>;
}

export function createPassPlaces({ idempotency, tickets, seal }: PassPlacesDeps): PassPlaces {
  const keyOf = (room: RoomId, visitor: VisitorId) => `pass ${room} ${visitor}`;

  async function read(room: RoomId, key: string): Promise<Ticket | null> {
    const found = await idempotency.remember(key, EMPTY, AGE);
    return found === null || found === EMPTY ? null : tickets.open(found, room);
  }

  return {
    async find(room, issuer, sub) {
      // A visitor is 128 random bits. These are as good: nobody can compute them without the key. The place of a pass from
      // before COOKIE_KEYS changed is that of a visitor of a former key.
      const visitors = seal
        .stamps(`pass ${JSON.stringify([room, issuer, sub])}`)
        .map((stamp) => Buffer.from(stamp, 'base64url').subarray(0, VISITOR_BYTES).toString('base64url'));
      for (const visitor of visitors) {
        const key = keyOf(room, visitor);
        const ticket = await read(room, key);
        if (ticket) return { key, visitor, ticket };
      }
      const [visitor = ''] = visitors;
      return { key: keyOf(room, visitor), visitor, ticket: null };
    },
    keep: ({ key }, ticket) => idempotency.amend(key, tickets.seal(ticket), AGE),
    begin: async ({ key }) => (await idempotency.remember(`join ${key}`, EMPTY, JOIN_TIME)) === null,
    done: ({ key }) => idempotency.forget(`join ${key}`),
    async of({ room, visitor }) {
      const key = keyOf(room, visitor);
      const found = await idempotency.remember(key, EMPTY, SOON);
      if (found === null) return null;
      return { key, visitor, ticket: found === EMPTY ? null : tickets.open(found, room) };
    },
  };
}
