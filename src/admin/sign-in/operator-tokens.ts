import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { CredentialAttempts } from '#http/credential-attempts.ts';
import type { OperatorRole } from '#waiting-room/operator-role.ts';

/** A bearer token, and the name that appears in the audit log for its actions. */
export interface OperatorToken {
  readonly name: string;
  readonly token: string;
  /** Default: owner. */
  readonly role?: OperatorRole;
}

/** Who sends a request, and what they may do. */
export interface Operator {
  readonly name: string;
  readonly role: OperatorRole;
}

/** An operator, or how long the client has to wait before its next attempt, in seconds: 0 for a first wrong token. */
export type Identified = { readonly operator: Operator } | { readonly retryAfter: number };

/** Compares a presented token with all of them. Guesses are limited, reported and counted. */
export type IdentifyToken = (req: IncomingMessage, given: string) => Promise<Identified>;

/** Digests have equal lengths, so that the comparison reveals nothing about a token, not even its length. */
const digest = (text: string) => createHash('sha256').update(text).digest();

export function createTokenIdentification(
  tokens: readonly OperatorToken[],
  attempts: CredentialAttempts,
): IdentifyToken {
  const operators = tokens.map(({ name, token, role = 'owner' }) => ({ name, role, expected: digest(token) }));
  return async (req, given) => {
    const attempt = await attempts.begin(req, { kind: 'operator_token', clientId: '', secret: given });
    if (attempt.retryAfter > 0) return { retryAfter: attempt.retryAfter };
    const shown = digest(given);
    // Every token is compared, so that the time does not depend on which one matches.
    const [found] = operators.filter(({ expected }) => timingSafeEqual(shown, expected));
    if (!found) return { retryAfter: attempt.failed() };
    attempt.succeeded();
    return { operator: { name: found.name, role: found.role } };
  };
}
