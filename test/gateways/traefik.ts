/**
 * Stands in for Traefik, for which Debian has no package: ForwardAuth as documented
 * (https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/forwardauth/). The check is a GET with
 * the request's own headers and X-Forwarded-Method, -Proto, -Host, -Uri and -For, which replace a client's. With a 2xx
 * the request passes, and headers of the answer that match `authResponseHeadersRegex` replace all of the client's that
 * do. The client gets any other answer. The scheme of a WebSocket is ws or wss.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

export interface ForwardAuth {
  readonly address: string;
  /** A regular expression of Go. */
  readonly authResponseHeadersRegex: string;
}

const HOP_BY_HOP = ['connection', 'upgrade', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'content-length'];

function without(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && !names.includes(name));
  return Object.fromEntries(kept) as Record<string, string | string[]>;
}

function ask(url: string, options: { method?: string; headers: Record<string, string | string[]> }) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const { method = 'GET', headers } = options;
    request(url, { method, headers, agent: false }, resolve).on('error', reject).end();
  });
}

export async function startTraefik(port: number, forwardAuth: ForwardAuth, site: string) {
  const check = (req: IncomingMessage) =>
    ask(forwardAuth.address, {
      headers: {
        ...without(req.headers, [...HOP_BY_HOP, 'host']),
        'X-Forwarded-Method': req.method ?? '',
        'X-Forwarded-Proto': req.headers.upgrade ? 'ws' : 'http',
        'X-Forwarded-Host': req.headers.host ?? '',
        'X-Forwarded-Uri': req.url ?? '',
        'X-Forwarded-For': '127.0.0.1',
      },
    });

  const passed = (req: IncomingMessage, answer: IncomingMessage) => {
    const matching = new RegExp(forwardAuth.authResponseHeadersRegex.replace('(?i)', ''), 'i');
    const matches = (name: string) => matching.test(name);
    const headers = without(req.headers, Object.keys(req.headers).filter(matches));
    for (const name of Object.keys(answer.headers).filter(matches)) headers[name] = String(answer.headers[name]);
    return headers;
  };

  const server = createServer(async (req, res) => {
    const answer = await check(req);
    if (Math.floor((answer.statusCode ?? 0) / 100) !== 2) {
      res.writeHead(answer.statusCode ?? 502, without(answer.headers, ['connection', 'transfer-encoding']));
      answer.pipe(res);
      return;
    }
    answer.resume();
    const options = { method: req.method ?? 'GET', headers: passed(req, answer), agent: false };
    req.pipe(
      request(`${site}${req.url}`, options, (own) => {
        res.writeHead(own.statusCode ?? 502, own.headers);
        own.pipe(res);
      }),
    );
  });
  server.on('upgrade', async (req, socket) => {
    const answer = await check(req);
    answer.resume();
    if (answer.statusCode !== 204) {
      socket.end(`HTTP/1.1 ${answer.statusCode} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    request(`${site}${req.url}`, { headers: passed(req, answer), agent: false })
      .on('upgrade', (own, upstream) => {
        const lines = Object.entries(own.headers).map(([name, value]) => `${name}: ${value}\r\n`);
        socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
        upstream.pipe(socket).on('error', () => upstream.destroy());
      })
      .on('error', () => socket.destroy())
      .end();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
