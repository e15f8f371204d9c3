/**
 * `GET /rooms/{room}/status`: the status all visitors of a room share. No cookies, any origin, one document a
 * second, so that a CDN carries everybody; answered straight from node:http.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SharedStatus } from '#waiting-room/status.ts';

const ROUTE = /^\/rooms\/([a-z0-9-]{1,64})\/status$/;

export interface StatusDeps {
  readonly status: SharedStatus;
  /** Answers with a problem document. */
  readonly refuse: (res: ServerResponse, error: unknown) => void;
  readonly onPoll: () => void;
}

/** Handles a request for a shared status and says so; any other is left alone. */
export function createStatus({ status, refuse, onPoll }: StatusDeps) {
  return (req: IncomingMessage, res: ServerResponse): boolean => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return false;
    const url = req.url ?? '';
    const query = url.indexOf('?');
    const room = ROUTE.exec(query < 0 ? url : url.slice(0, query))?.[1];
    if (!room) return false;
    onPoll();
    const document = status.now(room);
    if (document) answer(res, document);
    else {
      status.get(room).then(
        (fetched) => answer(res, fetched),
        (error) => {
          res.setHeader('Access-Control-Allow-Origin', '*');
          refuse(res, error);
        },
      );
    }
    return true;
  };
}

function answer(res: ServerResponse, document: Buffer): void {
  res
    .writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': document.length,
      'Cache-Control': 'public, max-age=1',
      'Access-Control-Allow-Origin': '*',
      'X-Content-Type-Options': 'nosniff',
    })
    .end(document);
}
