/**
 * Errors as RFC 9457 problem details. The catalogue maps each stable code to its status and title. A door throws a
 * `Problem`, or lets an `AnteroomError` of the waiting room through; the `problems` middleware answers both.
 */
import type { Context, Middleware } from 'koa';
import type { Fault } from '#settings/faults.ts';
import type { Log } from '#telemetry/log.ts';
import type { ErrorCode } from '#waiting-room/errors.ts';
import { AnteroomError, ChallengeRequired } from '#waiting-room/errors.ts';

interface Kind {
  readonly status: number;
  readonly title: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const BEARER = { 'WWW-Authenticate': 'Bearer' };

const WAITING_ROOM = {
  room_not_found: { status: 404, title: 'The room does not exist' },
  relying_party_not_found: { status: 404, title: 'The relying party does not exist' },
  room_closed: { status: 403, title: 'The room is closed' },
  frame_refused: { status: 403, title: 'Nobody joins the line from within a frame' },
  room_full: { status: 503, title: 'The line is full', headers: { 'Retry-After': '30' } },
  challenge_required: { status: 429, title: 'A proof is required to join' },
  entry_refused: { status: 403, title: 'The rules of the room refuse the request' },
  pass_required: { status: 403, title: 'The room is for visitors with a pass' },
  pass_invalid: { status: 403, title: 'The pass is not valid' },
  pass_moved: { status: 409, title: 'The place of the pass is in another browser' },
  pass_unchecked: { status: 503, title: 'Passes cannot be checked now', headers: { 'Retry-After': '30' } },
  proof_invalid: { status: 400, title: 'The proof is not valid' },
  challenge_unavailable: { status: 503, title: 'Browsers cannot be checked', headers: { 'Retry-After': '10' } },
  address_altered: { status: 400, title: 'The address of the waiting page is incomplete or was changed' },
  ticket_required: { status: 401, title: 'A ticket is required', headers: BEARER },
  ticket_invalid: { status: 401, title: 'The ticket is not valid', headers: BEARER },
  admission_in_use: { status: 409, title: 'The admission is in use elsewhere' },
  too_many_claims: { status: 429, title: 'This visitor claims too often', headers: { 'Retry-After': '60' } },
  not_your_turn: { status: 409, title: 'It is not your turn yet' },
  turn_missed: { status: 410, title: 'The claim window has passed' },
  admission_over: { status: 410, title: 'The admission is over' },
  event_not_found: { status: 404, title: 'The room has no such event' },
  event_started: { status: 409, title: 'The event has started' },
  event_has_entrants: { status: 409, title: 'The event has entrants' },
  too_many_rehearsals: { status: 409, title: 'The room has too many rehearsals' },
  line_in_use: { status: 409, title: 'The line has numbers already' },
  visitor_not_found: { status: 404, title: 'The room has no such visitor' },
  visitor_has_place: { status: 409, title: 'The visitor has a place' },
  note_not_found: { status: 404, title: 'The room has no such note' },
  notes_full: { status: 409, title: 'The room has as many notes as it can' },
  nothing_to_undo: { status: 409, title: 'There is nothing to undo' },
  undo_expired: { status: 409, title: 'It is too late to undo this' },
  let_in_since_reset: { status: 409, title: 'Somebody was let in since the reset' },
  line_does_not_fit: { status: 409, title: 'The line of before does not fit any more' },
  undo_stale: { status: 409, title: 'Something else is the latest action' },
  group_not_found: { status: 404, title: 'There is no such group' },
  lane_not_found: { status: 404, title: 'The room has no such lane' },
  lane_has_visitors: { status: 409, title: 'The lane has visitors' },
  event_id_taken: { status: 409, title: 'Another room has this event id' },
  store_evicts: { status: 503, title: 'The store may lose the lines of rooms', headers: { 'Retry-After': '10' } },
  store_unavailable: { status: 503, title: 'The store is unavailable', headers: { 'Retry-After': '2' } },
} as const satisfies Record<ErrorCode, Kind>;

const HTTP = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  // RFC 9110 §15.5.2 requires a challenge. No browser knows this one, so none asks for a password.
  admission_required: {
    status: 401,
    title: 'An admission is required: the visitor must wait in line first',
    headers: { 'WWW-Authenticate': 'Anteroom' },
  },
  origin_refused: { status: 403, title: 'Pages of this origin may not call the API of this room' },
  return_url_refused: { status: 403, title: "The URL is not under the room's return_urls" },
  unauthorized: { status: 401, title: 'A valid bearer token is required', headers: BEARER },
  forbidden: { status: 403, title: 'The role of the token does not allow this' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  simulation_running: {
    status: 409,
    title: 'Another simulation runs in this process',
    headers: { 'Retry-After': '10' },
  },
  simulation_too_long: { status: 422, title: 'The simulation took too long' },
  rotation_in_progress: { status: 409, title: 'The signing keys are being rotated' },
  request_in_progress: { status: 409, title: 'The first request with this key is still in progress' },
  precondition_failed: { status: 412, title: 'A precondition of the request is not met' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The media type of the body is not supported' },
  too_many_attempts: { status: 429, title: 'Too many attempts to authenticate have failed' },
  idempotency_key_reused: { status: 422, title: 'The key was used for a different request' },
  too_many_streams: {
    status: 503,
    title: 'This process serves as many streams as it can',
    headers: { 'Retry-After': '5' },
  },
  internal_error: { status: 500, title: 'Something went wrong' },
  draining: { status: 503, title: 'The process is not ready or is shutting down', headers: { 'Retry-After': '1' } },
} as const satisfies Record<string, Kind>;

const KINDS: Readonly<Record<ProblemCode, Kind>> = { ...WAITING_ROOM, ...HTTP };

export const PROBLEM_CODES = Object.keys(KINDS) as readonly ProblemCode[];

/** A code never changes its meaning. */
export type ProblemCode = keyof typeof WAITING_ROOM | keyof typeof HTTP;

/** The body of a problem answer. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail?: string;
  readonly errors?: readonly Fault[];
  /** With `challenge_required`: the URL of a challenge, whose proof is required. */
  readonly challenge?: string;
}

export interface ProblemOptions {
  /** What is wrong this time, where, and what is accepted. The client sees it. */
  readonly detail?: string;
  readonly errors?: readonly Fault[];
  readonly challenge?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by a handler to refuse a request. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly options: ProblemOptions;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail ?? KINDS[code].title);
    this.name = 'Problem';
    this.code = code;
    this.options = options;
  }
}

/** A problem as it is sent. Handlers without Koa use it too. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly document: ProblemDocument;
}

export function problemAnswer(
  code: ProblemCode,
  { detail, errors, challenge, headers }: ProblemOptions = {},
): ProblemAnswer {
  const kind = KINDS[code];
  return {
    status: kind.status,
    headers: { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', ...kind.headers, ...headers },
    document: {
      type: `urn:anteroom:problem:${code}`,
      title: kind.title,
      status: kind.status,
      code,
      ...(detail === undefined ? {} : { detail }),
      ...(errors === undefined ? {} : { errors }),
      ...(challenge === undefined ? {} : { challenge }),
    },
  };
}

/** The answer for a thrown value. An unexpected error becomes `internal_error`, without details. */
export function problemOf(error: unknown): ProblemAnswer {
  if (error instanceof Problem) return problemAnswer(error.code, error.options);
  if (error instanceof ChallengeRequired) {
    const { code, message, retryAfter } = error;
    return problemAnswer(code, { detail: message, headers: { 'Retry-After': String(retryAfter) } });
  }
  if (error instanceof AnteroomError) return problemAnswer(error.code, { detail: error.message });
  return problemAnswer('internal_error');
}

/** The page that stands for a problem in a browser; null where there is none. */
export type ProblemPage = (ctx: Context, document: ProblemDocument) => string | null;

export function sendProblem(ctx: Context, { status, headers, document }: ProblemAnswer): void {
  ctx.status = status;
  ctx.set({ ...headers });
  ctx.body = JSON.stringify(document);
  ctx.type = 'application/problem+json';
}

export interface ProblemsDeps {
  readonly log: Pick<Log, 'error'>;
  readonly page?: ProblemPage;
}

/** Answers errors of later middleware, and requests that none of them answered, with problem details or a page. */
export function problems({ log, page }: ProblemsDeps): Middleware {
  function send(ctx: Context, answer: ProblemAnswer): void {
    sendProblem(ctx, answer);
    const html = page?.(ctx, answer.document) ?? null;
    if (html === null) return;
    ctx.type = 'html';
    ctx.set('X-Robots-Tag', 'noindex');
    ctx.body = html;
  }

  return async (ctx, next) => {
    try {
      await next();
      if (ctx.body != null || ctx.respond === false || ctx.method === 'OPTIONS') return;
      // @koa/router's allowedMethods has set Allow (RFC 9110 §15.5.6).
      if (ctx.status === 405 || ctx.status === 501) send(ctx, problemAnswer('method_not_allowed'));
      else if (ctx.status === 404) send(ctx, problemAnswer('not_found'));
    } catch (error) {
      const answer = problemOf(error);
      if (answer.document.code === 'internal_error') log.error({ err: error }, 'request failed');
      send(ctx, answer);
    }
  };
}
