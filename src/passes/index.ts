/**
 * Identity-bound places: a site gives its customer a signed pass, and each pass has one place in the line of a room. It
 * owns how a pass is verified, and where the place of a pass is found again. Unlike a waiting visitor, a pass has a row
 * in the store, because the same pass may come from another browser. It imports outbound and waiting-room.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Outbound } from '#outbound/index.ts';
import { type AnteroomError, JoinRefused } from '#waiting-room/errors.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { Arrival } from '#waiting-room/join-room.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { RoomId } from '#waiting-room/room.ts';
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
  /** The same visitors, whose passes follow them to a new number. */
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

  async function arriveWithPass(room: RoomId, pass: Identity, brought: Brought): Promise<Arrival> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const place = await places.find(room, pass.issuer, pass.sub);
      try {
        return await arriveAt(room, place, { ...brought, refusal: brought.refusal ?? NO_PLACE });
      } catch (error) {
        if (error !== NO_PLACE) throw error;
      }
      // Requests that bring the same pass at the same moment join one after the other: the first one takes the place.
      if (await places.begin(place)) {
        try {
          return await arriveAt(room, await places.find(room, pass.issuer, pass.sub), brought);
        } finally {
          await places.done(place);
        }
      }
      await delay(PAUSE);
    }
    throw new JoinRefused('pass_unchecked', 'This pass is in use at the moment. Try again in a minute.');
  }

  async function arriveAt(room: RoomId, place: PassPlace, brought: Brought): Promise<Arrival> {
    const { visitor, ticket } = place;
    const arrival = await visitors.arrive(room, { ...brought, visitor, ticket, inside: null, proven: true });
    if (arrival.ticket !== ticket) await places.keep(place, arrival.ticket);
    return { ...arrival, isNew: arrival.isNew || brought.ticket?.visitor !== visitor };
  }

  return {
    async arrive(room, pass, brought) {
      const { settings } = await snapshots.get(room);
      const { passes } = settings;
      if (!passes) return visitors.arrive(room, brought);
      const refuse = (refusal: AnteroomError | null) =>
        visitors.arrive(room, { ...brought, refusal: brought.refusal ?? refusal });
      if (pass === null) return refuse(passes.required ? passRequired() : null);
      const verified = await verify(room, passes, pass).catch((error: unknown) => {
        if (error instanceof JoinRefused) return error;
        throw error;
      });
      return verified instanceof JoinRefused
        ? refuse(verified)
        : arriveWithPass(room, { issuer: passes.issuer, sub: verified.sub }, brought);
    },
    visitors: {
      ...visitors,
      async rejoin(ticket, request) {
        const again = await visitors.rejoin(ticket, request);
        const isAnother = again.number !== ticket.number || again.entry !== ticket.entry;
        const { settings } = await snapshots.get(ticket.room);
        if (isAnother && settings.passes) await places.follow(again);
        return again;
      },
    },
  };
}

const passRequired = () =>
  new JoinRefused(
    'pass_required',
    'This waiting room is for visitors with a pass. Open the link that you were sent, or sign in at the site.',
  );
