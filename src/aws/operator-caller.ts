import { chosenBearerOf } from '#http/bearer.ts';
import type { CredentialAttempts } from '#http/credential-attempts.ts';
import { createFindOperator, type OperatorToken } from '#http/operators.ts';
import { includesRole } from '#waiting-room/operator-role.ts';
import type { Answer } from './answer.ts';
import { FORBIDDEN, gatewayRefusal, tooMany } from './answer.ts';
import type { Caller } from './route.ts';
import type { Received } from './serve.ts';
import { headerOf, type SignedRequest } from './sigv4/canonical-request.ts';
import type { Verified } from './sigv4/verify.ts';

export type Authenticated = { readonly caller: Caller } | { readonly refusal: Answer };

export interface AuthenticateDeps {
  /** The tokens of the admin API. */
  readonly operatorTokens: readonly OperatorToken[];
  /** Slows down guesses of tokens, at all doors together. */
  readonly attempts: CredentialAttempts;
  readonly verify: (request: SignedRequest) => Verified;
}

/**
 * Says who sends a request to the private API: the holder of AWS credentials, or an operator. An operator's token comes
 * as a bearer token, or in a header of its own, because API Gateway may drop `Authorization` when it calls an integration.
 */
export function createAuthenticate(deps: AuthenticateDeps): (request: Received) => Promise<Authenticated> {
  const { operatorTokens, attempts, verify } = deps;
  const find = createFindOperator(operatorTokens);

  async function ofToken(token: string, { req }: Received): Promise<Authenticated> {
    const attempt = await attempts.begin(req, { kind: 'operator_token', clientId: '', secret: token });
    if (attempt.retryAfter > 0) return { refusal: tooMany(attempt.retryAfter) };
    const operator = find(token);
    if (!operator) {
      const wait = attempt.failed();
      return { refusal: wait > 0 ? tooMany(wait) : refused('UnrecognizedClientException', INVALID_TOKEN) };
    }
    attempt.succeeded();
    if (!includesRole(operator.role, 'operator')) return { refusal: FORBIDDEN };
    return { caller: { name: operator.name, isOwner: operator.role === 'owner' } };
  }

  return async (request) => {
    const token =
      headerOf(request, 'x-anteroom-admin-token') ?? chosenBearerOf(headerOf(request, 'authorization') ?? undefined);
    if (token) return ofToken(token, request);
    const verified = verify(request);
    if (!verified.ok) return { refusal: refused(verified.type, verified.message) };
    return { caller: { name: `aws:${verified.accessKeyId}`, isOwner: true } };
  };
}

const INVALID_TOKEN = 'The security token included in the request is invalid.';

const refused = (type: string, message: string) => gatewayRefusal(403, message, type);
