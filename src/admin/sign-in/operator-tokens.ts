import type { IncomingMessage } from 'node:http';
import type { CredentialAttempts } from '#http/credential-attempts.ts';
import { createFindOperator, type Operator, type OperatorToken } from '#http/operators.ts';

/** An operator, or how long the client has to wait before its next attempt, in seconds: 0 for a first wrong token. */
export type Identified = { readonly operator: Operator } | { readonly retryAfter: number };

/** Compares a presented token with all of them. Guesses are limited, reported and counted. */
export type IdentifyToken = (req: IncomingMessage, given: string) => Promise<Identified>;

export function createTokenIdentification(
  tokens: readonly OperatorToken[],
  attempts: CredentialAttempts,
): IdentifyToken {
  const find = createFindOperator(tokens);
  return async (req, given) => {
    const attempt = await attempts.begin(req, { kind: 'operator_token', clientId: '', secret: given });
    if (attempt.retryAfter > 0) return { retryAfter: attempt.retryAfter };
    const operator = find(given);
    if (!operator) return { retryAfter: attempt.failed() };
    attempt.succeeded();
    return { operator };
  };
}
