/** Polls of the own facts by many visitors. Consecutive requests have different addresses, cookies and numbers. */
import type { Bench } from './bench.ts';
import { createBrowser, locationOf } from './load/browser.ts';
import { gather } from './load/crowd.ts';
import { authorizationRequest } from './load/relying-party.ts';
import { comparePolls } from './polls.ts';

const VISITORS = 20_000;

export const facts: Bench = {
  name: 'facts',
  about: `polls of their own facts by ${VISITORS.toLocaleString('en')} visitors, against bare node:http with an answer of the same length`,
  async run(stand) {
    const anteroom = await stand.anteroom();
    return comparePolls(stand, anteroom, await arrivals(anteroom.port, VISITORS), 0.55);
  },
};

/** So many visitors join. Answers the request for the facts of each. */
export async function arrivals(port: number, count: number): Promise<string[]> {
  const host = `127.0.0.1:${port}`;
  const crowd = await gather(port);
  const requests: string[] = [];
  await crowd.each(Array.from({ length: count }), async (connection) => {
    const browser = createBrowser(connection, host);
    const page = locationOf(await browser.get(authorizationRequest('/authorize')));
    const path = page.startsWith('http') ? page.slice(page.indexOf('/', 8)) : page;
    requests.push(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: application/json\r\nCookie: ${browser.cookie()}\r\n\r\n`,
    );
  });
  crowd.disperse();
  return requests;
}
