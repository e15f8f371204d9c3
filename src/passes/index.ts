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
}

export interface Passes {
  /**
   * A visitor arrives with a pass, or without one (null). A valid pass counts before what the browser has, and proves its
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
    throw new JoinRefused('pass_unchecked', 'This pass is in use at the moment. Try again in a minute.');
  }

  function arriveWithPass(room: RoomId, { issuer, sub }: Identity, brought: Brought): Promise<Arrival> {
    return actOn(
      () => places.find(room, issuer, sub),
      brought.refusal ?? null,
      async (place, refusal) => {
        const { visitor, ticket } = place;
        const own = { visitor, ticket, inside: null, proven: true, refusal };
        const arrival = await visitors.arrive(room, { ...brought, ...own });
        if (arrival.ticket !== ticket) await places.keep(place, arrival.ticket);
        return { ...arrival, isNew: arrival.isNew || brought.ticket?.visitor !== visitor };
      },
    );
  }

  async function rejoin(ticket: Ticket, request: Parameters<Visitors['rejoin']>[1]): Promise<Ticket> {
    const { passes } = (await snapshots.get(ticket.room)).settings;
    if (!passes) return visitors.rejoin(ticket, request);
    const known = await places.of(ticket);
    if (!known) return visitors.rejoin(ticket, { ...request, refusal: passes.required ? passRequired() : null });
    return actOn(
      async () => (await places.of(ticket)) ?? known,
      null,
      async (place, refusal) => {
        // An earlier ticket of the pass leads to the current place of the pass.
        const current = place.ticket ?? ticket;
        const again = await visitors.rejoin(current, { ...request, refusal });
        if (again !== current) await places.keep(place, again);
        return again;
      },
    );
  }

  async function arrive(room: RoomId, pass: string | null, brought: Brought): Promise<Arrival> {
    const { passes } = (await snapshots.get(room)).settings;
    if (!passes) return visitors.arrive(room, brought);
    const refuse = (refusal: JoinRefused | null) =>
      visitors.arrive(room, { ...brought, refusal: brought.refusal ?? refusal });
    if (pass === null) return refuse(passes.required ? passRequired() : null);
    const verified = await verify(room, passes, pass).catch((error: unknown) => {
      if (error instanceof JoinRefused) return error;
      throw error;
    });
    if (verified instanceof JoinRefused) return refuse(verified);
    return arriveWithPass(room, { issuer: passes.issuer, sub: verified.sub }, brought);
  }

  return {
    arrive,
    visitors: { ...visitors, rejoin, arrive: (room, brought) => arrive(room, null, brought) },
  };
}

const passRequired = () =>
  new JoinRefused(
    'pass_required',
    'This waiting room is for visitors with a pass. Open the link that you were sent, or sign in at the site.',
  );
