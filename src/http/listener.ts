import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import Koa from 'koa';
import { MEBIBYTE } from './body.ts';
import { isClientGone } from './client-gone.ts';
import type { Door } from './door.ts';
import { firstOf } from './door.ts';
import { Problem } from './problem.ts';
import { createRefuse } from './refuse.ts';
import { normalizeTarget } from './request-target.ts';

export interface ListenerDeps {
  /** Runs before the doors' middleware, but not before their raw handlers. */
  readonly before: readonly Middleware[];
  readonly doors: readonly Door[];
  /** Whether each answer must close its connection. */
  readonly draining: () => boolean;
  readonly onError: (error: unknown) => void;
}

/** The listener for `http.createServer`: raw handlers first, then Koa. */
export function createListener({ before, doors, draining, onError }: ListenerDeps): RequestListener {
  const app = new Koa();
  for (const middleware of [...before, ...doors.map((door) => door.middleware)]) if (middleware) app.use(middleware);
  app.on('error', (error: unknown) => {
    if (!isClientGone(error)) onError(error);
  });

  const refuse = createRefuse(onError);
  const answerRaw = firstOf(...doors.map((door) => door.raw));
  const answer = app.callback();
  return (req: IncomingMessage, res: ServerResponse): void => {
    // Node reads a body that no handler has read to its end, unless the connection closes.
    if (draining() || isUnbounded(req)) res.setHeader('Connection', 'close');
    const fault = normalizeTarget(req);
    if (fault !== null) refuse(res, new Problem('invalid_request', { detail: fault }));
    else if (!answerRaw(req, res)) void answer(req, res);
  };
}

/** Whether a request has a body that is longer than any route reads, or does not say how long it is. */
function isUnbounded({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > MEBIBYTE;
}
