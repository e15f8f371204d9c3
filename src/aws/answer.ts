/** Answers in the shape of AWS's API: what a function refuses is an `error`, what the gateway refuses a `message`. */

import type { ServerResponse } from 'node:http';

export interface Answer {
  readonly status: number;
  /** Null: an empty body. */
  readonly body: object | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export const ok = (body: object): Answer => ({ status: 200, body });

/** What a function answers with a text: refusals, and 202 for what is not there yet. */
export const refusal = (status: number, error: string): Answer => ({ status, body: { error } });

/** What API Gateway answers by itself. */
export const gatewayRefusal = (status: number, message: string, type?: string): Answer => ({
  status,
  body: { message },
  ...(type === undefined ? {} : { headers: { 'x-amzn-ErrorType': type } }),
});

export const INVALID_BODY = gatewayRefusal(400, 'Invalid request body');
export const UNKNOWN_ROUTE = gatewayRefusal(403, 'Missing Authentication Token', 'MissingAuthenticationTokenException');
export const FORBIDDEN = gatewayRefusal(403, 'User is not authorized to access this resource', 'AccessDeniedException');
/** A wrong API key, and what a rule of the room refuses: as AWS's own firewall does. */
export const REFUSED = gatewayRefusal(403, 'Forbidden', 'ForbiddenException');
export const WRONG_MEDIA_TYPE = gatewayRefusal(415, 'Unsupported Media Type');
/** The rest of the body is not read, so the connection cannot be used again. */
export const TOO_LONG: Answer = { ...gatewayRefusal(413, 'Request Too Long'), headers: { Connection: 'close' } };
/** @param seconds until the client may try again */
export const tooMany = (seconds: number): Answer => ({
  ...gatewayRefusal(429, 'Too Many Requests'),
  headers: { 'x-amzn-ErrorType': 'TooManyRequestsException', 'Retry-After': String(seconds) },
});
export const FAILED = gatewayRefusal(502, 'Internal server error', 'InternalServerErrorException');
export const UNAVAILABLE: Answer = {
  ...gatewayRefusal(503, 'Service Unavailable', 'ServiceUnavailableException'),
  headers: { 'Retry-After': '2' },
};
export const ROOM_CLOSED = refusal(403, 'The room is closed');

export const INVALID_EVENT = refusal(400, 'Invalid event ID');
export const INVALID_EVENT_OR_REQUEST = refusal(400, 'Invalid event or request ID');
export const INVALID_REQUEST = refusal(400, 'Invalid request ID');
export const UNKNOWN_REQUEST = refusal(404, 'Invalid request ID');
export const NOT_FOUND_YET = refusal(202, 'Request ID not found');
export const NOT_SERVED_YET = refusal(202, 'Request ID not being served yet');
export const EXPIRY_OFF = refusal(202, 'Queue position expiration not enabled');
export const POSITION_EXPIRED = refusal(410, 'Queue position has expired');
export const TOKEN_EXPIRED = refusal(410, 'Token corresponding to request id has expired');
export const NO_SESSION = refusal(404, "Request ID doesn't exist or status already set.");

/** Without Cache-Control: what AWS's CDN does not hear of, it keeps for as long as its own rules say. */
export function send(res: ServerResponse, { status, body, headers = {} }: Answer): void {
  const text = body === null ? '' : JSON.stringify(body);
  res
    .writeHead(status, {
      'Content-Type': 'application/json',
      'Access-Control-Allow-Origin': '*',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
      'Content-Length': Buffer.byteLength(text),
    })
    .end(text);
}
