import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import Koa from 'koa';
import type { Door } from './door.ts';
import { firstOf } from './door.ts';

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
  app.on('error', onError);

  const answerRaw = firstOf(...doors.map((door) => door.raw));
  const answer = app.callback();
  return (req: IncomingMessage, res: ServerResponse): void => {
    if (draining()) res.setHeader('Connection', 'close');
    if (!answerRaw(req, res)) void answer(req, res);
  };
}
