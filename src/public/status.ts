/**
 * `GET /rooms/{room}/status`: the status that all visitors of a room share. It needs no cookies, any origin may read
 * it, and it changes once a second, so a CDN can answer every visitor. It is answered straight from node:http.
 */
import type { ServerResponse } from 'node:http';
import type { RawHandler } from '#http/door.ts';
import type { Refuse } from '#http/refuse.ts';
import type { SharedStatus } from '#waiting-room/status.ts';

const ROUTE = /^\/rooms\/([a-z0-9-]{1,64})\/status$/;

export interface StatusDeps {
  readonly status: SharedStatus;
  readonly refuse: Refuse;
  readonly onPoll: () => void;
}

export function createStatus({ status, refuse, onPoll }: StatusDeps): RawHandler {
  return (req, res) => {
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
