/** What clients do behind a proxy, again and again. */
import { Agent, request } from 'node:http';
import { type Answer, createBrowser } from '#support/browser.ts';
import type { Next } from './load.ts';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** A read, a join, a claim before the turn, and a token request with a wrong code. */
const REQUESTS = [
  { method: 'GET', path: '/rooms/sale/status', headers: {}, body: '' },
  { method: 'POST', path: '/rooms/sale/tickets', headers: {}, body: '' },
  { method: 'POST', path: '/rooms/sale/tickets/self/claim', headers: {}, body: '' },
  { method: 'POST', path: '/token', headers: FORM, body: 'grant_type=authorization_code&code=none' },
] as const;

/** Sends requests of every kind to Anteroom in turn, over kept-alive connections. */
export function sendRequests(anteroom: string): (index: number) => Next {
  const agent = new Agent({ keepAlive: true });
  return (index) => {
    let turn = index;
    return () => {
      const { method, path, headers, body } = REQUESTS[turn++ % REQUESTS.length] ?? REQUESTS[0];
      return new Promise((resolve) => {
        const length = { 'Content-Length': Buffer.byteLength(body) };
        const sent = request(`${anteroom}${path}`, { method, agent, headers: { ...headers, ...length } });
        sent.on('response', (answer) => {
          answer.on('error', ({ message }) => resolve(`${method} ${message}`));
          answer.resume().on('end', () => {
            const { statusCode = 0 } = answer;
            resolve(statusCode < 500 ? null : `${method} ${statusCode}`);
          });
        });
        sent.on('error', (error: NodeJS.ErrnoException) => resolve(`${method} ${error.code ?? error.message}`));
        sent.end(body);
      });
    };
  };
}

/** How many requests a visitor who is inside sends before the next visitor comes. */
const PAGES = 8;

/**
 * Visitors of a protected site: each comes to a page, is sent through Anteroom, gets the page, and looks at more pages.
 * @param isPage whether an answer is the site's.
 */
export function visitSite(site: string, isPage: (answer: Answer) => boolean): (index: number) => Next {
  return () => {
    let browser = createBrowser();
    let turn = 0;
    return async () => {
      const page = turn++ % (PAGES + 1);
      if (page === 0) browser = createBrowser();
      const url = `${site}/tickets?page=${page}`;
      const answer = page === 0 ? await browser.follow(url) : await browser.get(url);
      if (isPage(answer)) return null;
      return `${page === 0 ? 'visit' : 'page'} ${answer.status} ${new URL(answer.location || site).pathname}`;
    };
  };
}
