/** Gate checks of admitted visitors, as a proxy makes them. Consecutive requests have different cookies. */
import type { Bench } from './bench.ts';
import { createBrowser, locationOf } from './load/browser.ts';
import { header } from './load/connection.ts';
import { gather } from './load/crowd.ts';
import { comparePolls } from './polls.ts';
import { ROOM, raise } from './stand.ts';

const VISITORS = 5_000;
const SITE = 'http://127.0.0.1:9';
const CHECK = `/rooms/${ROOM}/gate/check`;

export const gate: Bench = {
  name: 'gate',
  about: `checks of ${VISITORS.toLocaleString('en')} admitted visitors, against bare node:http with the same headers`,
  async run(stand) {
    const anteroom = await stand.anteroom();
    return comparePolls(stand, anteroom, await insiders(anteroom.port, VISITORS), 0.85);
  },
};

/** Admits so many visitors. Answers the check of each. */
async function insiders(port: number, count: number): Promise<string[]> {
  await raise(port, count);
  const crowd = await gather(port);
  const requests: string[] = [];
  await crowd.each(Array.from({ length: count }), async (connection) => {
    const browser = createBrowser(connection, `127.0.0.1:${port}`);
    const enter = `/rooms/${ROOM}/enter?return_to=${encodeURIComponent(`${SITE}/a`)}`;
    let back = locationOf(await browser.get(enter));
    // A new browser comes a second time, to show that it keeps cookies.
    if (!back.startsWith(SITE)) back = locationOf(await browser.get(back));
    const taken = await browser.get(CHECK, originalRequest(back.slice(SITE.length)));
    const cookie = header(taken.head, 'set-cookie')?.split(';')[0];
    if (!cookie) throw new Error(`expected a cookie, not ${taken.head}`);
    requests.push(
      `GET ${CHECK} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/html\r\n${originalRequest('/a')}Cookie: ${cookie}\r\n\r\n`,
    );
  });
  crowd.disperse();
  return requests;
}

/** The original request, in the headers of Caddy and Traefik. */
function originalRequest(uri: string): string {
  const host = SITE.slice('http://'.length);
  return `X-Forwarded-Method: GET\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: ${host}\r\nX-Forwarded-Uri: ${uri}\r\n`;
}
