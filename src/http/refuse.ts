import type { ServerResponse } from 'node:http';
import { problemOf } from './problem.ts';

/** Answers a failed request with problem details, without Koa. */
export type Refuse = (res: ServerResponse, error: unknown) => void;

/** @param onError receives each error that the client sees only as `internal_error`. */
export function createRefuse(onError: (error: unknown) => void): Refuse {
  return (res, error) => {
    const { status, headers, document } = problemOf(error);
    if (document.code === 'internal_error') onError(error);
    res.writeHead(status, { ...headers, 'Content-Type': 'application/problem+json' }).end(JSON.stringify(document));
  };
}
