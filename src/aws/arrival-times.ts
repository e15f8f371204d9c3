import { memoizeRecent } from '#waiting-room/memoize-recent.ts';
import type { IssuedTokens } from '#waiting-room/ports/issued-tokens.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import { lineOf } from './generate-token.ts';

/**
 * When numbers were issued. A waiting visitor has no row, so each process marks the first number of each second, and a
 * number's time is that of the last mark before it.
 */
export interface ArrivalTimes {
  /** A visitor joined just now. */
  joined(ticket: Ticket): void;
  /** Seconds since the epoch. A number without a mark was issued now, as far as anybody knows. */
  of(ticket: Ticket): Promise<number>;
}

export interface ArrivalTimesDeps {
  readonly issuedTokens: Pick<IssuedTokens, 'markArrival' | 'arrivalOf'>;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** Times of numbers in memory, at least. */
const KNOWN = 50_000;

export function createArrivalTimes({ issuedTokens, now, onError }: ArrivalTimesDeps): ArrivalTimes {
  const marked = new Map<string, number>();
  const known = memoizeRecent<number>(() => null, KNOWN);
  const seconds = () => Math.floor(now() / 1000);
  const keyOf = ({ room, incarnation, generation, number }: Ticket) => `${room} ${incarnation} ${generation} ${number}`;

  return {
    joined(ticket) {
      if (ticket.number === 0) return;
      const at = seconds();
      known.set(keyOf(ticket), at);
      if (marked.get(ticket.room) === at) return;
      marked.set(ticket.room, at);
      issuedTokens.markArrival(lineOf(ticket), ticket.number, at).catch(onError);
    },
    async of(ticket) {
      // An id of another waiting room.
      if (ticket.joinedAt > 0) return Math.floor(ticket.joinedAt / 1000);
      const key = keyOf(ticket);
      const at = known.get(key) ?? (await issuedTokens.arrivalOf(lineOf(ticket), ticket.number)) ?? seconds();
      known.set(key, at);
      return at;
    },
  };
}
