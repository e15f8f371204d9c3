/**
 * Challenges, and the proofs that solve them. It owns what a challenge is bound to, how hard it is, and which proofs were
 * used already. It does not decide who needs a proof: the waiting room does. It imports waiting-room.
 */
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import { narrowOf } from '#waiting-room/entry/address-key.ts';
import { type ProviderChallenge, type ProviderName, providerOf } from '#waiting-room/entry/entry-settings.ts';
import { ChallengeUnavailable, ProofInvalid } from '#waiting-room/errors.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { RoomId, RoomSettings } from '#waiting-room/room.ts';
import type { Seal } from '#waiting-room/seal.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import { type Challenge, readPayload } from './challenge.ts';
import { createPressure } from './pressure.ts';
import { createProofOfWork, LIFETIME } from './proof-of-work.ts';
import { providers } from './providers/index.ts';
import { createTokenVerifier, type TokenVerifierDeps } from './verify-token.ts';

/** Every method throws or rejects with ProofInvalid, or with ChallengeUnavailable while the provider is unavailable. */
export interface Challenges {
  /**
   * @param ticket whose challenge it is; null for a newcomer's.
   * @param address the key of the address, whose pressure makes it harder.
   */
  issue(room: RoomSettings, ticket: Ticket | null, address: string | null): Challenge | ProviderWidget;
  /** Checks a proof for a ticket. One of work may be repeated. */
  check(room: RoomSettings, ticket: Ticket, proof: string): Promise<void>;
  /** Uses up a newcomer's proof. Rejects for one that was used too. */
  use(room: RoomSettings, proof: string): Promise<void>;
}

/** What a page shows of a provider. */
export interface ProviderWidget {
  readonly provider: ProviderName;
  readonly site_key: string;
  /** The URL of the provider's script, the class of the element that it fills, and the field with the token. */
  readonly script: string;
  readonly class_name: string;
  readonly field: string;
}

export interface ChallengesDeps extends Pick<TokenVerifierDeps, 'outbound' | 'verifyUrls'> {
  readonly cookieKeys: readonly string[];
  readonly seal: Pick<Seal, 'stamp'>;
  readonly idempotency: Pick<Idempotency, 'remember'>;
  readonly metrics: Pick<Metrics, 'proved'>;
  readonly log: Pick<Log, 'warn'>;
  /** In ms. */
  readonly now: () => number;
}

export function createChallenges(deps: ChallengesDeps): Challenges {
  const { cookieKeys, seal, idempotency, outbound, verifyUrls, metrics, log, now } = deps;
  const work = createProofOfWork({ cookieKeys, now });
  const pressure = createPressure(now);
  const verifier = createTokenVerifier({
    ...{ outbound, verifyUrls, now },
    onAway: (provider, why) => log.warn({ provider, why }, 'challenge provider unavailable'),
  });

  /** A draw gives a ticket its number later, so the number is not in it. */
  const stampOf = ({ incarnation, generation, visitor, joinedAt, room }: Ticket) =>
    seal.stamp(`challenge ${room} ${incarnation} ${generation} ${visitor} ${joinedAt}`);

  function nonceOf(room: RoomId, ticket: string, proof: string): string {
    const nonce = work.check(proof, { room, ticket });
    metrics.proved(room, nonce === null ? 'refused' : 'solved');
    if (nonce === null) throw new ProofInvalid();
    return nonce;
  }

  /** Null for a room without a provider, and while `auto` does without: then work is what proves. */
  function providerIn(room: RoomSettings): ProviderChallenge | null {
    const provider = providerOf(room);
    if (!provider || !verifier.isAway(provider.provider)) return provider;
    if (provider.when === 'always') throw new ChallengeUnavailable();
    return null;
  }

  /** Whether the proof was a provider's token, which has been found valid then. Work is issued only where it counts. */
  async function isToken(room: RoomSettings, proof: string): Promise<boolean> {
    const provider = providerOf(room);
    if (!provider || readPayload(proof)) return false;
    const verdict = await verifier.verify(provider, proof);
    if (verdict === 'away') throw new ChallengeUnavailable();
    metrics.proved(room.id, verdict === 'valid' ? 'solved' : 'refused');
    if (verdict === 'invalid') throw new ProofInvalid();
    return true;
  }

  return {
    issue(room, ticket, address) {
      const provider = providerIn(room);
      metrics.proved(room.id, 'issued');
      if (provider) {
        const { script, className, field } = providers[provider.provider].widget;
        return { provider: provider.provider, site_key: provider.site_key, script, class_name: className, field };
      }
      const level = address === null ? 0 : pressure.take(`${room.id} ${narrowOf(address)}`);
      return work.make({ room: room.id, ticket: ticket ? stampOf(ticket) : '' }, level);
    },
    async check(room, ticket, proof) {
      // The check above used the provider's token up.
      if (ticket.standing === 'proven' && providerOf(room) && !readPayload(proof)) return;
      if (!(await isToken(room, proof))) nonceOf(ticket.room, stampOf(ticket), proof);
    },
    async use(room, proof) {
      if (await isToken(room, proof)) return;
      const nonce = nonceOf(room.id, '', proof);
      // Twice as long as it is valid, so that no clock that is slow accepts it again.
      const used = await idempotency.remember(`proof ${nonce}`, room.id, 2 * LIFETIME * 1000);
      if (used !== null) throw new ProofInvalid();
    },
  };
}
