/** A site that sends visitors to wait only for some pages: its front page is open, buying is not. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createTokenCheck, type Visitor } from './token.ts';

export interface SiteOptions {
  readonly anteroom: string;
  readonly room: string;
  /** This site's own origin. */
  readonly url: string;
}

const SESSION = 'session';

export function createSite({ anteroom, room, url }: SiteOptions): Server {
  const tokens = createTokenCheck({ issuer: anteroom, room });
  const sessions = new Map<string, Visitor>();
  /** By `sub`: the id of the session that counts. A token or cookie can be copied, and the newest session wins. */
  const newest = new Map<string, string>();

  const waitFor = (path: string) => `${anteroom}/rooms/${room}/enter?return_to=${encodeURIComponent(`${url}${path}`)}`;

  function sessionOf(req: IncomingMessage): Visitor | null {
    const [, id = ''] = new RegExp(`(?:^|; )${SESSION}=([^;]+)`).exec(req.headers.cookie ?? '') ?? [];
    const visitor = sessions.get(id);
    return visitor && visitor.until > Date.now() ? visitor : null;
  }

  /** Exchanges the token for a session that ends with the admission, and removes it from the URL. */
  async function startSession(res: ServerResponse, address: URL): Promise<void> {
    const visitor = await tokens.accept(address.searchParams.get('anteroom_token') ?? '');
    address.searchParams.delete('anteroom_token');
    const path = `${address.pathname}${address.search}`;
    if (!visitor) {
      page(res, 403, 'This link was used already', `<p><a href="${waitFor(path)}">Go to your place in line</a></p>`);
      return;
    }
    const id = randomBytes(16).toString('base64url');
    sessions.delete(newest.get(visitor.sub) ?? '');
    sessions.set(id, visitor);
    newest.set(visitor.sub, id);
    const seconds = Math.max(1, Math.floor((visitor.until - Date.now()) / 1000));
    // On a site with https, add Secure and prefix the name with __Host-.
    res.setHeader('Set-Cookie', `${SESSION}=${id}; Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Lax`);
    res.writeHead(303, { Location: path, 'Cache-Control': 'no-store' }).end();
  }

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const address = new URL(req.url ?? '/', url);
    if (address.pathname === '/') {
      page(res, 200, 'Tickets', '<p><a href="/buy?seat=12">Buy a ticket</a></p>');
    } else if (address.pathname !== '/buy') {
      page(res, 404, 'Page not found', '');
    } else if (address.searchParams.has('anteroom_token')) {
      await startSession(res, address);
    } else {
      const visitor = sessionOf(req);
      if (visitor) {
        const seat = Number(address.searchParams.get('seat'));
        page(res, 200, 'Your seat', `<p>Number ${visitor.number}, you can buy seat ${seat}.</p>`);
      } else res.writeHead(303, { Location: waitFor(`${address.pathname}${address.search}`) }).end();
    }
  }

  return createServer((req, res) => {
    serve(req, res).catch((error: Error) => {
      console.error(error);
      page(res, 500, 'Something went wrong', '');
    });
  });
}

function page(res: ServerResponse, status: number, title: string, html: string): void {
  res.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Referrer-Policy': 'no-referrer' });
  res.end(`<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1>${html}</html>`);
}
