/** A protected site: it echoes requests and accepts WebSockets. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IDLE } from './stand-ins/http.ts';

export interface Site {
  readonly port: number;
  close(): Promise<void>;
}

export async function startSite(): Promise<Site> {
  const server = createServer((req, res) => {
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers }));
  });
  server.keepAliveTimeout = IDLE;
  server.on('upgrade', (req, socket) => {
    const key = req.headers['sec-websocket-key'];
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Opens a WebSocket as browsers do; the status of the answer, 101 once it is open. */
export function openWebSocket(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const handshake = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version': '13',
      'Sec-Fetch-Mode': 'websocket',
    };
    const req = request(url, { headers: { ...handshake, ...headers }, agent: false });
    const answered = (res: IncomingMessage) => {
      res.destroy();
      resolve(res.statusCode ?? 0);
    };
    req.on('response', answered);
    req.on('upgrade', (res, socket) => {
      socket.destroy();
      answered(res);
    });
    req.on('error', reject);
    req.end();
  });
}
