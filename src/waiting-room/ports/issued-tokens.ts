import type { RoomId } from '../room.ts';
import type { VisitorId } from '../visitor.ts';

/** The line that tokens were issued for: a reset or a new line begins with none. */
export interface TokenLine {
  readonly room: RoomId;
  readonly incarnation: string;
  readonly generation: number;
}

/** 0: neither the site nor the visitor ended the session. */
export type SessionStatus = 0 | 1 | -1;

/** What has to be known of a token to issue it again with equal claims. Times are seconds since the epoch. */
export interface IssuedToken {
  readonly sub: VisitorId;
  readonly number: number;
  readonly issuedAt: number;
  readonly expires: number;
  readonly issuer: string;
  readonly status: SessionStatus;
}

/** How long tokens are kept after they expired, and the times of arrivals, in ms. */
export const TOKENS_KEPT = 7 * 24 * 3_600_000;

/** The tokens that were issued through AWS's API, and when numbers were issued there. */
export interface IssuedTokens {
  /** Adds a token unless the visitor has one. Resolves to the one that the visitor has then. */
  add(line: TokenLine, token: IssuedToken): Promise<IssuedToken>;
  find(line: TokenLine, sub: VisitorId): Promise<IssuedToken | null>;
  /** Sets the status of tokens that have the status 0. Resolves to the visitors whose status changed. */
  end(line: TokenLine, subs: readonly VisitorId[], status: 1 | -1): Promise<readonly VisitorId[]>;
  /** The visitors whose tokens expired before a time, whatever their status, in the order of expiry. */
  expired(line: TokenLine, before: number): Promise<readonly VisitorId[]>;
  /** Numbers from this one on were issued at this time or later. */
  markArrival(line: TokenLine, number: number, at: number): Promise<void>;
  /** The time of the last mark at or below a number; null if there is none. */
  arrivalOf(line: TokenLine, number: number): Promise<number | null>;
}
