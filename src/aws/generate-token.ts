import type { SigningKeys } from '#tokens/signing-keys.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { IssuedToken, IssuedTokens } from '#waiting-room/ports/issued-tokens.ts';
import type { SilentVisitors } from '#waiting-room/silent-visitors.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { Answer } from './answer.ts';
import {
  INVALID_EVENT_OR_REQUEST,
  INVALID_REQUEST,
  NOT_SERVED_YET,
  ok,
  POSITION_EXPIRED,
  TOKEN_EXPIRED,
} from './answer.ts';
import { makeAwsTokens } from './aws-tokens.ts';
import { hasRequestIdForm, withoutMarkup } from './markup.ts';
import type { AwsRoom } from './room.ts';

export interface GenerateTokenDeps {
  readonly silentVisitors: Pick<SilentVisitors, 'find' | 'claim'>;
  readonly issuedTokens: Pick<IssuedTokens, 'add' | 'find'>;
  readonly signingKeys: Pick<SigningKeys, 'sign'>;
  /** The service's own issuer. */
  readonly issuer: string;
  readonly now: () => number;
}

/** What a request may ask for when the token is issued for the first time. */
export interface TokenWishes {
  readonly issuer?: string | undefined;
  /** Seconds. */
  readonly validity?: number | undefined;
}

export type GenerateToken = (room: AwsRoom | null, requestId: string, wishes: TokenWishes) => Promise<Answer>;

/** POST /generate_token. @param api which of the two APIs: each has an issuer of its own. */
export function createGenerateToken(deps: GenerateTokenDeps, api: 'public' | 'private'): GenerateToken {
  const { silentVisitors, issuedTokens, signingKeys, now } = deps;

  const issuerOf = ({ settings: { issuer } }: AwsRoom) =>
    issuer === null ? deps.issuer : typeof issuer === 'string' ? issuer : issuer[api];

  async function answer({ eventId }: AwsRoom, token: IssuedToken, isFirst: boolean): Promise<Answer> {
    if (token.status !== 0) return TOKEN_EXPIRED;
    // A new token has its whole validity, also where a second began since the claim.
    const at = isFirst ? token.issuedAt * 1000 : now();
    // As at AWS: the private API leaves the key id out of a token that it makes again.
    return ok(await makeAwsTokens(signingKeys, eventId, token, { now: at, hasKid: isFirst || api === 'public' }));
  }

  /** The visitor is inside: the token is the one that was issued first. */
  async function ofAdmission(
    room: AwsRoom,
    ticket: Ticket,
    admission: Admission,
    wishes: TokenWishes,
    validity: number,
  ) {
    const issuedAt = Math.floor(admission.issuedAt / 1000);
    const { visitor: sub, number } = ticket;
    const issuer = wishes.issuer ?? issuerOf(room);
    return issuedTokens.add(lineOf(ticket), {
      ...{ sub, number, issuedAt, issuer, status: 0 },
      expires: issuedAt + validity,
    });
  }

  /** The admission has ended, by an exit or by time. */
  async function afterwards(room: AwsRoom, ticket: Ticket): Promise<Answer> {
    const token = await issuedTokens.find(lineOf(ticket), ticket.visitor);
    // An exit that has not been recorded yet ended it before its time.
    return token && token.expires <= Math.ceil(now() / 1000) ? answer(room, token, false) : TOKEN_EXPIRED;
  }

  return async (room, requestId, wishes) => {
    const id = withoutMarkup(requestId);
    if (!room || !hasRequestIdForm(id)) return INVALID_EVENT_OR_REQUEST;
    const ticket = await silentVisitors.find(room.snapshot, id);
    if (!ticket) return INVALID_REQUEST;
    if (ticket.number === 0) return NOT_SERVED_YET;
    const { validity_period, queue_position_expiry } = room.settings;
    const validity = wishes.validity ?? validity_period / 1000;
    const expires = queue_position_expiry !== 'off';
    const place = await silentVisitors.claim(ticket, { lifetime: validity * 1000, expires });
    const isFirst = place.state === 'admitted' && place.first;
    // Also for a visitor who had a token before the counter was lowered.
    if (!isFirst && ticket.number > room.snapshot.view.counters.serving) return NOT_SERVED_YET;
    switch (place.state) {
      case 'admitted': {
        const token = await ofAdmission(room, ticket, place.admission, wishes, validity);
        return answer(room, token, place.first);
      }
      case 'over':
        return afterwards(room, ticket);
      case 'missed':
        return POSITION_EXPIRED;
      case 'stale':
        return INVALID_REQUEST;
      default:
        return NOT_SERVED_YET;
    }
  };
}

export const lineOf = ({ room, incarnation, generation }: Ticket) => ({ room, incarnation, generation });
