import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import Koa from 'koa';
import { createTakeBasePath } from './base-path.ts';
import { MEBIBYTE } from './body.ts';
import { isClientGone } from './client-gone.ts';
import type { Door } from './door.ts';
import { firstOf } from './door.ts';
import { Problem } from './problem.ts';
import type { PublicUrls } from './public-urls.ts';
import { createRefuse } from './refuse.ts';
import { normalizeTarget } from './request-target.ts';

export interface ListenerDeps {
  /** Runs first, for each request that no raw handler answers. */
  readonly base: readonly Middleware[];
  /** Runs before the doors' middleware. */
  readonly before: readonly Middleware[];
  readonly doors: readonly Door[];
  readonly urls: Pick<PublicUrls, 'basePath'>;
  /** Whether each answer must close its connection. */
  readonly draining: () => boolean;
  readonly onError: (error: unknown) => void;
}

/** The listener for `http.createServer`: raw handlers first, then Koa. */
export function createListener({ base, before, doors, urls, draining, onError }: ListenerDeps): RequestListener {
  function serve(middleware: readonly (Middleware | undefined)[]) {
    const app = new Koa();
    for (const each of [...base, ...middleware]) if (each) app.use(each);
    app.on('error', (error: unknown) => {
      if (!isClientGone(error)) onError(error);
    });
    return app.callback();
  }

  const refuse = createRefuse(onError);
  const answerRaw = firstOf(...doors.map((door) => door.raw));
  const takeBasePath = createTakeBasePath(urls.basePath);
  const answer = serve([...before, ...doors.map((door) => door.middleware)]);
  const answerOutside = serve([() => refuseOutside(urls)]);
  return (req: IncomingMessage, res: ServerResponse): void => {
    // Node reads a body that no handler has read to its end, unless the connection closes.
    if (draining() || isUnbounded(req)) res.setHeader('Connection', 'close');
    const fault = normalizeTarget(req);
    if (fault !== null) refuse(res, new Problem('invalid_request', { detail: fault }));
    else if (takeBasePath?.(req) === false) void answerOutside(req, res);
    else if (!answerRaw(req, res)) void answer(req, res);
  };
}

function refuseOutside({ basePath }: Pick<PublicUrls, 'basePath'>): never {
  throw new Problem('not_found', {
    detail: `Everything is below ${basePath}/ here. A proxy in front must pass this path on as it is.`,
  });
}

/** Whether a request has a body that is longer than any route reads, or does not say how long it is. */
function isUnbounded({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > MEBIBYTE;
}
