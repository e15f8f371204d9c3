/** Answers requests of one API straight from node:http: AWS's clients poll as often as the waiting page does. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MEBIBYTE, readBody } from '#http/body.ts';
import { isClientGone } from '#http/client-gone.ts';
import type { RawHandler } from '#http/door.ts';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import { Problem } from '#http/problem.ts';
import type { Refuse } from '#http/refuse.ts';
import type { RoomRules } from '#http/room-rules.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import { withoutBypass } from '#waiting-room/entry/decide-entry.ts';
import type { EntryRequest } from '#waiting-room/entry/entry-request.ts';
import { AnteroomError, ChallengeRequired } from '#waiting-room/errors.ts';
import type { Answer } from './answer.ts';
import {
  FAILED,
  INVALID_BODY,
  REFUSED,
  send,
  TOO_LONG,
  tooMany,
  UNAVAILABLE,
  UNKNOWN_ROUTE,
  WRONG_MEDIA_TYPE,
} from './answer.ts';
import type { AwsRoom, AwsRooms } from './room.ts';
import type { Caller, Route, Routes } from './route.ts';
import { isJson, readObject, shapeOfBody, shapeOfQuery } from './shape.ts';
import type { SignedRequest } from './sigv4/canonical-request.ts';

/** A request whose credentials are to be checked. */
export interface Received extends SignedRequest {
  readonly req: IncomingMessage;
  readonly apiKey: string | undefined;
}

/** Who sends the request, or what refuses it. `room` is the one that it names, if it can be read. */
export type Admit = (request: Received, room: AwsRoom | null) => Promise<{ caller: Caller } | { refusal: Answer }>;

export interface ServeDeps {
  /** `/aws/public/`. */
  readonly prefix: string;
  readonly routes: Routes;
  readonly rooms: Pick<AwsRooms, 'find' | 'exist'>;
  readonly admit: Admit;
  /** The path in front of all others, as the client wrote it. */
  readonly basePath: string;
  readonly requestOf: EntryRequestOf;
  readonly roomRules: RoomRules;
  /** The service's own answer where no room has this API. */
  readonly refuse: Refuse;
  readonly metrics: Pick<Metrics, 'request'>;
  readonly onError: (error: unknown) => void;
}

const LIMIT = MEBIBYTE / 16;

const ALLOWED_HEADERS = 'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token';

export function createServe(deps: ServeDeps): RawHandler {
  const { prefix, routes, rooms, admit, basePath, requestOf, roomRules, refuse, metrics, onError } = deps;

  async function answer(req: IncomingMessage, route: Route | undefined, path: string, query: string): Promise<Answer> {
    if (!route || (req.method !== route.method && req.method !== 'OPTIONS')) return UNKNOWN_ROUTE;
    if (req.method === 'OPTIONS') return preflight(route);
    const body = route.method === 'POST' ? await readBody(req, LIMIT) : Buffer.alloc(0);
    const params = new URLSearchParams(query);
    const sent = route.method === 'POST' ? readObject(body) : null;
    const eventId = route.method === 'POST' ? sent?.event_id : params.getAll('event_id').at(-1);
    const room = typeof eventId === 'string' ? await rooms.find(eventId) : null;

    const { method } = route;
    const apiKey = req.headers['x-api-key'] as string | undefined;
    const request = { method, path: basePath + path, query, rawHeaders: req.rawHeaders, body, apiKey, req };
    const admitted = await admit(request, room);
    if ('refusal' in admitted) return admitted.refusal;

    const isStrict = isJson(req.headers['content-type']);
    if (route.jsonOnly && !isStrict) return WRONG_MEDIA_TYPE;
    const { required, optional = [] } = route;
    const shaped =
      method === 'POST' ? shapeOfBody(sent, { required, optional, isStrict }) : shapeOfQuery(params, required);
    if (shaped.fault) return shaped.fault;
    return route.handle(room, shaped.fields, admitted.caller, await entryRequestOf(req, route, room));
  }

  /** What the request shows of a newcomer. It is for no page, so no rule on paths or hosts matches it. */
  async function entryRequestOf(req: IncomingMessage, route: Route, room: AwsRoom | null): Promise<EntryRequest> {
    const request = requestOf(req);
    if (!route.joins || !room) return request;
    const action = await roomRules(room.snapshot.settings, req, { url: null, method: route.method });
    // A token needs an admission, so nobody bypasses the line.
    return { ...request, action: withoutBypass(action) };
  }

  async function respond(req: IncomingMessage, res: ServerResponse, path: string, query: string): Promise<void> {
    const start = performance.now();
    try {
      if (!(await rooms.exist())) throw new Problem('not_found');
      const name = path.slice(prefix.length);
      const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
      send(res, await answer(req, route, path, query));
    } catch (error) {
      if (error instanceof Problem && error.code === 'not_found') refuse(res, error);
      else send(res, answerOf(error));
    } finally {
      metrics.request('aws', res.statusCode, (performance.now() - start) / 1000);
    }
  }

  function answerOf(error: unknown): Answer {
    if (error instanceof Problem && error.code === 'payload_too_large') return TOO_LONG;
    if (error instanceof Problem) return INVALID_BODY;
    if (error instanceof AnteroomError && error.code.startsWith('store_')) return UNAVAILABLE;
    if (error instanceof AnteroomError && error.code === 'entry_refused') return REFUSED;
    if (error instanceof AnteroomError && NOT_NOW.has(error.code)) {
      return tooMany(error instanceof ChallengeRequired ? error.retryAfter : FULL_RETRY);
    }
    if (!isClientGone(error)) onError(error);
    return FAILED;
  }

  return (req, res) => {
    const target = req.url ?? '';
    if (!target.startsWith(prefix) && target !== prefix.slice(0, -1)) return false;
    const at = target.indexOf('?');
    const [path, query] = at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
    void respond(req, res, path, query);
    return true;
  };
}

/** What an address or a full line refuses, and no proof can change: AWS's clients bring none. They try a 429 again. */
const NOT_NOW: ReadonlySet<string> = new Set(['challenge_required', 'room_full']);

/** When a client may try again at a full line, in seconds. */
const FULL_RETRY = 30;

function preflight({ method }: Route): Answer {
  const methods = method === 'GET' ? 'GET,OPTIONS' : 'OPTIONS,POST';
  const headers = { 'Access-Control-Allow-Methods': methods, 'Access-Control-Allow-Headers': ALLOWED_HEADERS };
  return { status: 200, body: null, headers };
}
