/**
 * A reverse proxy that asks the gate about every request, as nginx, Caddy, Traefik and HAProxy do with the
 * configurations in deploy/gate/. A visitor who is inside passes; any other gets the gate's answer.
 */
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:http';

export interface ProxyOptions {
  /** The gate: https://line.example/rooms/ROOM/gate/check */
  readonly gate: string;
  /** The site behind the proxy. */
  readonly origin: string;
}

const agent = new Agent({ keepAlive: true });

export function createProxy({ gate, origin }: ProxyOptions): Server {
  return createServer((req, res) => {
    pass(req, res).catch(() => {
      if (!res.headersSent) res.writeHead(502);
      res.end();
    });
  });

  async function pass(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const answer = await ask(gate, 'GET', checkHeaders(req));
    if (answer.statusCode !== 204) {
      send(res, answer);
      return;
    }
    answer.resume();
    send(res, await ask(`${origin}${req.url}`, req.method ?? 'GET', originHeaders(req, answer), req));
  }
}

/** The request to check, with its own headers: they tell a navigation from other requests. */
function checkHeaders({ headers, method, url }: IncomingMessage): OutgoingHttpHeaders {
  const { host, connection, upgrade, 'content-length': _, 'transfer-encoding': __, ...rest } = headers;
  return {
    ...rest,
    'X-Forwarded-Method': method,
    'X-Forwarded-Proto': 'http',
    'X-Forwarded-Host': host,
    'X-Forwarded-Uri': url,
  };
}

/** The gate says who the visitor is. Headers of the same names that the client sent are removed. */
function originHeaders(req: IncomingMessage, answer: IncomingMessage): OutgoingHttpHeaders {
  const { connection, ...headers } = req.headers;
  for (const name of ['x-anteroom-subject', 'x-anteroom-number', 'x-anteroom-expires']) {
    headers[name] = answer.headers[name];
  }
  return headers;
}

function ask(url: string, method: string, headers: OutgoingHttpHeaders, body?: IncomingMessage) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    const outgoing = request(url, { method, headers: given, agent }, resolve).on('error', reject);
    if (body) body.pipe(outgoing);
    else outgoing.end();
  });
}

function send(res: ServerResponse, answer: IncomingMessage): void {
  const { connection, 'keep-alive': _, ...headers } = answer.headers;
  res.writeHead(answer.statusCode ?? 502, headers);
  answer.pipe(res);
}
