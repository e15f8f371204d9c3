/**
 * What every door shares is in this folder: how a request is checked, answered, refused and logged, cookies, views,
 * assets, health. It knows no door and owns no route but health and assets. It imports settings, telemetry and the
 * words and errors of waiting-room.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import type { DoorName } from '#telemetry/metrics.ts';
import { chain } from './chain.ts';

/** Answers a request straight from node:http and returns true, or returns false and leaves the request alone. */
export type RawHandler = (req: IncomingMessage, res: ServerResponse) => boolean;

/**
 * One way into the service. `app.ts` keeps the list of doors and asks each in turn.
 *
 * `Pending` maps a kind of pending request to the code that continues it: the waiting page calls it for a visitor who
 * waited for this door and has been admitted. The page's folder defines those types; a door without pending requests
 * leaves it out.
 */
export interface Door<Pending extends object = object> {
  /** For routes that are too busy for Koa. Runs before any middleware. */
  readonly raw?: RawHandler;
  /** Answers the door's own paths and calls `next` for all others. */
  readonly middleware?: Middleware;
  readonly pending?: Pending;
}

/** Labels each request that reaches the middleware with the door's name, for the log and the metrics. */
export function labelDoor(name: DoorName, ...middleware: readonly Middleware[]): Middleware {
  return chain(
    (ctx, next) => {
      ctx.state.door = name;
      return next();
    },
    ...middleware,
  );
}

/** Tries the handlers in order until one answers. */
export function firstOf(...handlers: readonly (RawHandler | undefined)[]): RawHandler {
  const present = handlers.filter((handler) => handler !== undefined);
  return (req, res) => {
    for (const handler of present) if (handler(req, res)) return true;
    return false;
  };
}
