import type { IncomingMessage } from 'node:http';
import type { Metrics } from '#telemetry/metrics.ts';
import type { CredentialKind } from '#waiting-room/activity.ts';
import type { Seal } from '#waiting-room/seal.ts';
import type { AddressHash } from './address-hash.ts';
import type { ClientAddress } from './client-address.ts';
import { networkOf } from './client-network.ts';
import type { FailureReport } from './failure-report.ts';
import type { BegunGuess, Guess, GuessLimit, GuessOutcome } from './guess-limit.ts';
import type { KnownClient, KnownClients } from './known-clients.ts';

/** A secret that a request presents. */
export interface Credential {
  readonly kind: CredentialKind;
  /** The relying party, or the room, that it belongs to. '' for an operator's token, which has no name before it is known. */
  readonly clientId: string;
  readonly secret: string;
}

/** One attempt to authenticate. */
export interface CredentialAttempt {
  /** How long the client has to wait, in seconds. 0: compare the secret, and call one of the others. */
  readonly retryAfter: number;
  succeeded(): void;
  /** @returns how long the client has to wait before it sends the same again, in seconds. 0: answer as usual. */
  failed(options?: { readonly isUnknown?: boolean }): number;
  /** The secret could not be compared. */
  undecided(): void;
}

/** Every comparison of a secret goes through here: it is limited, reported and counted. */
export interface CredentialAttempts {
  begin(req: IncomingMessage, credential: Credential): Promise<CredentialAttempt>;
}

export interface CredentialAttemptsDeps {
  readonly guesses: GuessLimit;
  readonly knownClients: Pick<KnownClients, 'has' | 'record'>;
  readonly seal: Pick<Seal, 'stamps'>;
  readonly failures: Pick<FailureReport, 'add'>;
  readonly clientAddress: ClientAddress;
  /** See `Guess.forwardedFor`. */
  readonly forwardedFor: (req: IncomingMessage) => string;
  readonly hashAddress: AddressHash;
  readonly metrics: Pick<Metrics, 'authenticationFailed'>;
}

export function createCredentialAttempts(deps: CredentialAttemptsDeps): CredentialAttempts {
  const { guesses, knownClients, seal, failures, clientAddress, forwardedFor, hashAddress, metrics } = deps;

  const known = ({ network, forwardedFor: via, name }: Guess): KnownClient => ({
    name,
    hashes: seal.stamps(`client ${JSON.stringify([network, via, name])}`),
  });

  /** Includes clients that succeeded at another process, or before this one started. */
  async function beginKnown(guess: Guess): Promise<BegunGuess> {
    const begun = guesses.begin(guess);
    if (begun.wait === 0 || guesses.hasSucceeded(guess) || !(await knownClients.has(known(guess)))) return begun;
    guesses.recognize(guess);
    return guesses.begin(guess);
  }

  return {
    async begin(req, { kind, clientId, secret }) {
      const network = networkOf(clientAddress(req));
      const guess = { network, forwardedFor: forwardedFor(req), name: `${kind} ${clientId}`, secret };
      const { wait, settle } = await beginKnown(guess);
      const settled = (outcome: GuessOutcome) => seconds(settle(outcome));
      if (wait > 0) metrics.authenticationFailed(kind, 'limited');
      return {
        retryAfter: seconds(wait),
        succeeded() {
          settled('succeeded');
          knownClients.record(known(guess));
        },
        undecided: () => void settled('undecided'),
        failed({ isUnknown = false } = {}) {
          const retryAfter = settled(isUnknown ? 'unknown' : 'failed');
          metrics.authenticationFailed(kind, retryAfter > 0 ? 'limited' : 'refused');
          // Repeating a wrong secret reveals nothing, so it is neither an event nor an audit entry.
          if (retryAfter > 0) return retryAfter;
          const client_id = kind === 'client_secret' && !isUnknown ? clientId : null;
          failures.add({ credential: kind, client_id, address_hash: hashAddress(req) });
          return 0;
        },
      };
    },
  };
}

const seconds = (milliseconds: number) => Math.ceil(milliseconds / 1000);
