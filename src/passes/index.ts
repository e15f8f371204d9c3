/**
 * Identity-bound places: a site gives its customer a signed pass, and each pass has one place in the line of a room. It
 * owns how a pass is verified, and where the place of a pass is found again. Unlike a waiting visitor, a pass has a row
 * in the store, because the same pass may come from another browser. It imports outbound and waiting-room.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Outbound } from '#outbound/index.ts';
import { JoinRefused } from '#waiting-room/errors.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { Arrival } from '#waiting-room/join-room.ts';
import type { Place } from '#waiting-room/line/place.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { Brought, Visitors } from '#waiting-room/visitors.ts';
import { createPassPlaces, type PassPlace } from './pass-places.ts';
import { createVerifyPass } from './verify-pass.ts';

/** How long, in ms, and how often to wait for another request with the same pass. */
const PAUSE = 50;
const ATTEMPTS = 200;
/** Thrown instead of joining, so that only one request joins. Nobody sees it. */
const NO_PLACE = new JoinRefused('pass_unchecked', 'The pass has no place yet.');

interface Identity {
  readonly issuer: string;
  readonly sub: string;
  readonly lane?: string | undefined;
}

export interface Passes {
  /**
   * A visitor arrives with a pass, or without one (null). The place of a pass moves to the browser that brings it: with the
   * ticket of the one before nobody arrives, claims or rejoins. A valid pass counts before what the browser has, and proves its
   * visitor. Rejects like {@link Visitors.arrive}. A visitor whose pass is refused, or who lacks one that is required,
   * keeps a place but gets none.
   */
  arrive(room: RoomId, pass: string | null, brought: Brought): Promise<Arrival>;
  /** The same visitors: nobody without a pass joins where one is required, and a pass keeps one place at a rejoin. */
  readonly visitors: Visitors;
}

export interface PassesDeps {
  readonly waitingRoom: Pick<WaitingRoom, 'visitors' | 'snapshots' | 'tickets' | 'seal'>;
  readonly idempotency: Idempotency;
  readonly outbound: Pick<Outbound, 'send'>;
  readonly now: () => number;
}

export function createPasses({ waitingRoom, idempotency, outbound, now }: PassesDeps): Passes {
  const { visitors, snapshots, tickets, seal } = waitingRoom;
  const verify = createVerifyPass({ outbound, now });
  const places = createPassPlaces({ idempotency, tickets, seal });

  /**
   * Finds the place of a pass and acts on it. Where that takes a new number, requests with the same pass act one after
   * the other, so that the first one takes the place and the others find it.
   *
   * @param refusal why nobody may join.
   * @param act throws the refusal that it gets instead of joining.
   */
  async function actOn<T>(
    find: () => Promise<PassPlace>,
    refusal: JoinRefused | null,
    act: (place: PassPlace, refusal: JoinRefused | null) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const place = await find();
      try {
        return await act(place, refusal ?? NO_PLACE);
      } catch (error) {
        if (error !== NO_PLACE) throw error;
      }
      if (await places.begin(place)) {
        try {
          return await act(await find(), refusal);
        } finally {
          await places.done(place);
        }
      }
      await delay(PAUSE);
    }
    throw new JoinRefused('pass_unchecked.in_use', 'This pass is in use at the moment. Try again in a minute.');
  }

  function arriveWithPass(room: RoomId, { issuer, sub, lane }: Identity, brought: Brought): Promise<Arrival> {
    return actOn(
      () => places.find(room, issuer, sub),
      brought.refusal ?? null,
      async (place, refusal) => {
        const { visitor, ticket } = place;
        const own = { visitor, ticket, lane, inside: null, proven: true, refusal };
        const arrival = await visitors.arrive(room, { ...brought, ...own });
        const isKnown = ticket !== null && isSamePlace(ticket, arrival.ticket);
        const isHere = isKnown && brought.ticket !== null && isSameTicket(brought.ticket, arrival.ticket);
        const held = isKnown && !isHere ? movedTicket(arrival.ticket, now()) : arrival.ticket;
        if (held !== ticket) await places.keep(place, held);
        return isHere ? arrival : { ...arrival, ticket: held, isNew: true, movesHere: isKnown };
      },
    );
  }

  async function rejoin(ticket: Ticket, request: Parameters<Visitors['rejoin']>[1]): Promise<Ticket> {
    const { passes } = (await snapshots.get(ticket.room)).settings;
    if (!passes) return visitors.rejoin(ticket, request);
    const known = await places.of(ticket);
    if (known) refuseMoved(ticket, known);
    // Why the request may not join at all, such as from within a frame.
    const refused = request?.refusal ?? null;
    if (!known)
      return visitors.rejoin(ticket, { ...request, refusal: refused ?? (passes.required ? passRequired() : null) });
    return actOn(
      async () => (await places.of(ticket)) ?? known,
      refused,
      async (place, refusal) => {
        // An earlier ticket of the pass leads to the current place of the pass.
        const current = place.ticket ?? ticket;
        const again = await visitors.rejoin(current, { ...request, proven: true, refusal });
        if (again !== current) await places.keep(place, again);
        return again;
      },
    );
  }

  async function claim(ticket: Ticket, confirmed?: boolean): Promise<Place> {
    if ((await snapshots.get(ticket.room)).settings.passes) {
      const known = await places.of(ticket);
      if (known) refuseMoved(ticket, known);
    }
    return visitors.claim(ticket, confirmed);
  }

  async function leave(ticket: Ticket): Promise<void> {
    const { passes } = (await snapshots.get(ticket.room)).settings;
    const current = passes ? (await places.of(ticket))?.ticket : null;
    // The place is another browser's now.
    if (current && isSamePlace(ticket, current) && ticket.joinedAt !== current.joinedAt) return;
    return visitors.leave(ticket);
  }

  async function arriveWithoutPass(room: RoomId, brought: Brought, refusal: JoinRefused | null): Promise<Arrival> {
    const known = brought.ticket && (await places.of(brought.ticket));
    if (brought.ticket && known) refuseMoved(brought.ticket, known);
    return visitors.arrive(room, { ...brought, refusal: brought.refusal ?? refusal });
  }

  async function arrive(room: RoomId, pass: string | null, brought: Brought): Promise<Arrival> {
    const { passes } = (await snapshots.get(room)).settings;
    if (!passes) return visitors.arrive(room, brought);
    if (pass === null) return arriveWithoutPass(room, brought, passes.required ? passRequired() : null);
    const verified = await verify(room, passes, pass).catch((error: unknown) => {
      if (error instanceof JoinRefused) return error;
      throw error;
    });
    if (verified instanceof JoinRefused) return arriveWithoutPass(room, brought, verified);
    return arriveWithPass(room, { issuer: passes.issuer, ...verified }, brought);
  }

  return {
    arrive,
    visitors: { ...visitors, claim, rejoin, leave, arrive: (room, brought) => arrive(room, null, brought) },
  };
}

/** The same place, in a ticket of its own. */
const movedTicket = (ticket: Ticket, at: number): Ticket => ({
  ...ticket,
  joinedAt: Math.max(at, ticket.joinedAt + 1),
  predicted: null,
});

/** An entrant of a draw gets a number later. */
function isSamePlace(one: Ticket, other: Ticket): boolean {
  if (one.incarnation !== other.incarnation || one.generation !== other.generation) return false;
  if (!one.entry || !other.entry) return one.number === other.number && one.entry === other.entry;
  return one.entry.draw === other.entry.draw && one.entry.index === other.entry.index;
}

const isSameTicket = (one: Ticket, other: Ticket): boolean =>
  one.visitor === other.visitor && isSamePlace(one, other) && one.joinedAt === other.joinedAt;

function refuseMoved(ticket: Ticket, { ticket: current }: PassPlace): void {
  if (!current || !isSamePlace(ticket, current) || ticket.joinedAt === current.joinedAt) return;
  throw new JoinRefused(
    'pass_moved',
    'Your place moved to another browser or app, where your pass came last. Open the link that you were sent to use it here.',
  );
}

const passRequired = () =>
  new JoinRefused(
    'pass_required',
    'This waiting room is for visitors with a pass. Open the link that you were sent, or sign in at the site.',
  );
