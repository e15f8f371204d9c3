/**
 * A REQUEST authorizer: for HTTP APIs with payload format 2.0 and simple responses, and for REST APIs, which get a policy.
 * The token is in the `Authorization` header.
 */
import { type Policy, policyFor, UNAUTHORIZED } from './policy.ts';
import { createVerifyToken, settingsFrom, type VerifyToken } from './verify-token.ts';

export interface RequestEvent {
  /** `2.0` from an HTTP API. */
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  /** From a REST API. */
  readonly methodArn?: string;
}

export interface SimpleResponse {
  readonly isAuthorized: boolean;
  /** For integrations and access logs: `$context.authorizer.sub`. */
  readonly context?: { readonly sub: string; readonly queue_position: number };
}

export function createRequestHandler(verify: VerifyToken) {
  return async (event: RequestEvent): Promise<SimpleResponse | Policy | typeof UNAUTHORIZED> => {
    const isHttpApi = event.version === '2.0';
    const token = authorizationOf(event);
    if (!isHttpApi && (!token || !event.methodArn)) return UNAUTHORIZED;
    const payload = token ? await verify(token) : null;
    if (!isHttpApi) return policyFor(payload?.sub ?? null, event.methodArn ?? '');
    if (!payload?.sub) return { isAuthorized: false };
    return { isAuthorized: true, context: { sub: payload.sub, queue_position: Number(payload.queue_position) } };
  };
}

/** HTTP APIs write names in lower case, REST APIs as the client did. */
function authorizationOf({ headers }: RequestEvent): string | undefined {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
}

let verify: VerifyToken | undefined;

/** What Lambda calls. The keys stay in memory between calls. */
export const handler = (event: RequestEvent) => {
  verify ??= createVerifyToken(settingsFrom(process.env));
  return createRequestHandler(verify)(event);
};
