/**
 * Challenges, and the proofs that solve them. It owns what a challenge is bound to, how hard it is, and which proofs were
 * used already. It does not decide who needs a proof: the waiting room does. It imports waiting-room.
 */
import type { Metrics } from '#telemetry/metrics.ts';
import { narrowOf } from '#waiting-room/entry/address-key.ts';
import { ProofInvalid } from '#waiting-room/errors.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Seal } from '#waiting-room/seal.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { Challenge } from './challenge.ts';
import { createPressure } from './pressure.ts';
import { createProofOfWork, LIFETIME } from './proof-of-work.ts';

export interface Challenges {
  /**
   * @param ticket whose challenge it is; null for a newcomer's.
   * @param address the key of the address, whose pressure makes it harder.
   */
  issue(room: RoomId, ticket: Ticket | null, address: string | null): Challenge;
  /** Checks a proof for a ticket, which may be repeated. Throws ProofInvalid. */
  check(ticket: Ticket, proof: string): void;
  /** Uses up a newcomer's proof. Rejects with ProofInvalid, also for one that was used. */
  use(room: RoomId, proof: string): Promise<void>;
}

export interface ChallengesDeps {
  readonly cookieKeys: readonly string[];
  readonly seal: Pick<Seal, 'stamp'>;
  readonly idempotency: Pick<Idempotency, 'remember'>;
  readonly metrics: Pick<Metrics, 'proved'>;
  /** In ms. */
  readonly now: () => number;
}

export function createChallenges({ cookieKeys, seal, idempotency, metrics, now }: ChallengesDeps): Challenges {
  const work = createProofOfWork({ cookieKeys, now });
  const pressure = createPressure(now);

  /** A draw gives a ticket its number later, so the number is not in it. */
  const stampOf = ({ incarnation, generation, visitor, joinedAt, room }: Ticket) =>
    seal.stamp(`challenge ${room} ${incarnation} ${generation} ${visitor} ${joinedAt}`);

  function nonceOf(room: RoomId, ticket: string, proof: string): string {
    const nonce = work.check(proof, { room, ticket });
    metrics.proved(room, nonce === null ? 'refused' : 'solved');
    if (nonce === null) throw new ProofInvalid();
    return nonce;
  }

  return {
    issue(room, ticket, address) {
      metrics.proved(room, 'issued');
      const level = address === null ? 0 : pressure.take(`${room} ${narrowOf(address)}`);
      return work.make({ room, ticket: ticket ? stampOf(ticket) : '' }, level);
    },
    check(ticket, proof) {
      nonceOf(ticket.room, stampOf(ticket), proof);
    },
    async use(room, proof) {
      const nonce = nonceOf(room, '', proof);
      // Twice as long as it is valid, so that no clock that is slow accepts it again.
      const used = await idempotency.remember(`proof ${nonce}`, room, 2 * LIFETIME * 1000);
      if (used !== null) throw new ProofInvalid();
    },
  };
}
