/** The functions behind the public API. */
import { randomUUID } from 'node:crypto';
import type { SigningKeys } from '#tokens/signing-keys.ts';
import { RoomClosed } from '#waiting-room/errors.ts';
import type { IssuedTokens } from '#waiting-room/ports/issued-tokens.ts';
import type { SilentVisitors } from '#waiting-room/silent-visitors.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import {
  EXPIRY_OFF,
  INVALID_EVENT,
  INVALID_EVENT_OR_REQUEST,
  INVALID_REQUEST,
  NOT_FOUND_YET,
  NOT_SERVED_YET,
  ok,
  POSITION_EXPIRED,
  ROOM_CLOSED,
  UNKNOWN_REQUEST,
} from './answer.ts';
import type { ArrivalTimes } from './arrival-times.ts';
import type { GenerateToken } from './generate-token.ts';
import { lineOf } from './generate-token.ts';
import { hasRequestIdForm, withoutMarkup } from './markup.ts';
import type { AwsRoom } from './room.ts';
import type { Routes } from './route.ts';

export interface PublicApiDeps {
  readonly silentVisitors: SilentVisitors;
  readonly issuedTokens: Pick<IssuedTokens, 'find'>;
  readonly arrivalTimes: ArrivalTimes;
  readonly signingKeys: Pick<SigningKeys, 'publicKey'>;
  readonly generateToken: GenerateToken;
  readonly now: () => number;
}

/** Short: AWS's CDN keeps a key for a day where nothing is said, and a rotation would not get through. */
const KEY_CACHE = 'public, max-age=60';

export function publicApi(deps: PublicApiDeps): Routes {
  const { silentVisitors, issuedTokens, arrivalTimes, signingKeys, generateToken, now } = deps;

  /** The ticket of a request id, and that its client was heard from. */
  async function ticketOf(room: AwsRoom, requestId: string): Promise<Ticket | null> {
    const ticket = await silentVisitors.find(room.snapshot, requestId);
    if (ticket) silentVisitors.hear(ticket);
    return ticket;
  }

  /** Seconds that are left of a served number's time; null where it is too late. */
  async function timeLeft(room: AwsRoom, ticket: Ticket, period: number): Promise<number | null> {
    const place = await silentVisitors.place(room.snapshot, ticket);
    if (place.state === 'served') return Math.max(0, Math.floor((place.claimBy - now()) / 1000));
    if (place.state === 'missed') return null;
    // The line keeps no time for a number that has a token. Its own time began no earlier than the period before.
    const token = await issuedTokens.find(lineOf(ticket), ticket.visitor);
    const left = token ? token.issuedAt + Math.floor(period / 1000) - Math.floor(now() / 1000) : -1;
    return left < 0 ? null : left;
  }

  return {
    assign_queue_num: {
      method: 'POST',
      required: ['event_id'],
      jsonOnly: true,
      joins: true,
      async handle(room, _fields, _caller, entryRequest) {
        // As at AWS, a client learns nothing about which events there are.
        if (!room) return ok({ api_request_id: randomUUID() });
        try {
          const ticket = await silentVisitors.join(room.snapshot.settings.id, entryRequest);
          arrivalTimes.joined(ticket);
          return ok({ api_request_id: ticket.visitor });
        } catch (error) {
          if (error instanceof RoomClosed) return ROOM_CLOSED;
          throw error;
        }
      },
    },
    queue_num: {
      method: 'GET',
      required: ['request_id', 'event_id'],
      async handle(room, { request_id }) {
        const id = withoutMarkup(request_id);
        if (!room || !hasRequestIdForm(id)) return INVALID_EVENT_OR_REQUEST;
        const ticket = await ticketOf(room, id);
        if (!ticket || ticket.number === 0) return NOT_FOUND_YET;
        const entry_time = await arrivalTimes.of(ticket);
        return ok({ queue_number: ticket.number, entry_time, event_id: room.eventId, status: 1 });
      },
    },
    serving_num: {
      method: 'GET',
      required: ['event_id'],
      async handle(room) {
        return room ? ok({ serving_counter: String(room.snapshot.view.counters.serving) }) : INVALID_EVENT;
      },
    },
    waiting_num: {
      method: 'GET',
      required: ['event_id'],
      async handle(room) {
        if (!room) return INVALID_EVENT;
        // Visitors who are served and have no token yet are among the waiting.
        const { counters, held } = room.snapshot.view;
        return ok({ waiting_num: counters.waiting + held });
      },
    },
    generate_token: {
      method: 'POST',
      required: ['event_id', 'request_id'],
      handle: (room, { request_id }) => generateToken(room, request_id, {}),
    },
    public_key: {
      method: 'GET',
      required: ['event_id'],
      async handle(room) {
        // The text is AWS's.
        if (!room) return INVALID_REQUEST;
        return { ...ok(await signingKeys.publicKey()), headers: { 'Cache-Control': KEY_CACHE } };
      },
    },
    queue_pos_expiry: {
      method: 'GET',
      required: ['request_id', 'event_id'],
      async handle(room, { request_id }) {
        const id = withoutMarkup(request_id);
        if (!room || !hasRequestIdForm(id)) return INVALID_EVENT_OR_REQUEST;
        const { queue_position_expiry: period } = room.settings;
        if (period === 'off') return EXPIRY_OFF;
        const ticket = await ticketOf(room, id);
        if (!ticket || ticket.number === 0) return UNKNOWN_REQUEST;
        if (ticket.number > room.snapshot.view.counters.serving) return NOT_SERVED_YET;
        const expires_in = await timeLeft(room, ticket, period);
        return expires_in === null ? POSITION_EXPIRED : ok({ expires_in });
      },
    },
  };
}
