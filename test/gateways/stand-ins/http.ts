/** What the stand-ins share: a server, cookies, and calls to the provider as the vendors document them. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { RunningRelyingParty } from '../tour.ts';

export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly url: URL;
  readonly cookies: ReadonlyMap<string, string>;
}

/** Longer than proxies keep connections: one that a site closes as a proxy uses it again is a 502. In ms. */
export const IDLE = 75_000;

export function serve(
  port: number,
  handle: (exchange: Exchange) => void | Promise<void>,
): Promise<RunningRelyingParty> {
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', `${req.headers['x-forwarded-proto'] ?? 'http'}://${req.headers.host}`);
    const pairs = (req.headers.cookie ?? '').split('; ').filter(Boolean);
    const cookies = new Map(pairs.map((pair) => [pair.split('=', 1)[0] ?? '', pair.slice(pair.indexOf('=') + 1)]));
    Promise.resolve(handle({ req, res, url, cookies })).catch((error: unknown) => {
      res.writeHead(500).end(String(error));
    });
  });
  server.keepAliveTimeout = IDLE;
  const running = {
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(running)));
}

export function redirect(res: ServerResponse, to: string, cookies: readonly string[] = []): void {
  res.writeHead(302, { Location: to, 'Set-Cookie': [...cookies] }).end();
}

export function say(res: ServerResponse, status: number, text: string, cookies: readonly string[] = []): void {
  res.writeHead(status, { 'Content-Type': 'text/plain', 'Set-Cookie': [...cookies] }).end(text);
}

export interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
  readonly expires_in: number;
  readonly refresh_token?: string;
}

/** Null where the provider refuses. */
export async function askForTokens(
  issuer: string,
  body: Record<string, string>,
  client: { readonly id: string; readonly secret: string },
): Promise<Tokens | null> {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...body, client_id: client.id, client_secret: client.secret }),
  });
  return answer.ok ? ((await answer.json()) as Tokens) : null;
}

/** Null where the provider refuses; throws where it does not answer with plain JSON. */
export async function askForUser(issuer: string, accessToken: string): Promise<Record<string, unknown> | null> {
  const answer = await fetch(`${issuer}/userinfo`, { headers: { Authorization: `Bearer ${accessToken}` } });
  if (!answer.ok) return null;
  if (!answer.headers.get('content-type')?.startsWith('application/json')) throw new Error('userinfo is no plain JSON');
  return (await answer.json()) as Record<string, unknown>;
}
