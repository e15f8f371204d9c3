import type { Metrics } from '#telemetry/metrics.ts';
import type { Emit } from '#waiting-room/activity.ts';
import type { Seal } from '#waiting-room/seal.ts';
import { type AddressHash, createAddressHash } from './address-hash.ts';
import { createClientAddress, createUntrustedForwarding, type TrustProxy } from './client-address.ts';
import { type CredentialAttempts, createCredentialAttempts } from './credential-attempts.ts';
import { createFailureReport, type FailureReport } from './failure-report.ts';
import { createGuessLimit } from './guess-limit.ts';
import { createKnownClients, type KnownClientsDeps } from './known-clients.ts';

/** What the doors share that compare secrets: one limit for all of them, and one report. */
export interface Authentication {
  readonly attempts: CredentialAttempts;
  readonly failures: Pick<FailureReport, 'flush' | 'flushAll'>;
  readonly hashAddress: AddressHash;
}

export interface AuthenticationDeps {
  readonly seal: Pick<Seal, 'stamp' | 'stamps'>;
  readonly idempotency: KnownClientsDeps['idempotency'];
  readonly trustProxy: TrustProxy;
  readonly emit: Emit;
  readonly metrics: Pick<Metrics, 'authenticationFailed'>;
  readonly now: () => number;
}

export function createAuthentication(deps: AuthenticationDeps): Authentication {
  const { seal, idempotency, trustProxy, emit, metrics, now } = deps;
  const clientAddress = createClientAddress(trustProxy);
  const forwardedFor = createUntrustedForwarding(trustProxy);
  const failures = createFailureReport({ emit, now });
  const hashAddress = createAddressHash(seal, clientAddress);
  const guesses = createGuessLimit({ now });
  const knownClients = createKnownClients({ idempotency, now });
  return {
    attempts: createCredentialAttempts({
      ...{ guesses, knownClients, seal, failures, clientAddress, forwardedFor, hashAddress, metrics },
    }),
    failures,
    hashAddress,
  };
}
