/** The gate's check, asked by a proxy about visitors who are inside: no two requests in a row carry the same cookie. */
import type { Bench } from './bench.ts';
import { createBrowser, locationOf } from './load/browser.ts';
import { header } from './load/connection.ts';
import { gather } from './load/crowd.ts';
import { comparePolls } from './polls.ts';
import { ADMIN_TOKEN, ROOM } from './stand.ts';

const VISITORS = 5_000;
const SITE = 'http://127.0.0.1:9';
const CHECK = `/rooms/${ROOM}/gate/check`;

export const gate: Bench = {
  name: 'gate',
  about: `checks of ${VISITORS.toLocaleString('en')} visitors who are inside, against bare node:http with the same headers`,
  async run(stand) {
    const anteroom = await stand.anteroom();
    return comparePolls(stand, anteroom, await insiders(anteroom.port, VISITORS), 0.5);
  },
};

/** So many visitors go in; the check of each. */
async function insiders(port: number, count: number): Promise<string[]> {
  const base = `http://127.0.0.1:${port}`;
  const raised = await fetch(`${base}/admin/v1/rooms/${ROOM}/serving-counter`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ increment_by: count }),
  });
  if (!raised.ok) throw new Error(`the serving counter was not raised: ${await raised.text()}`);
  const crowd = await gather(port);
  const requests: string[] = [];
  await crowd.each(Array.from({ length: count }), async (connection) => {
    const browser = createBrowser(connection, `127.0.0.1:${port}`);
    const enter = `/rooms/${ROOM}/enter?return_to=${encodeURIComponent(`${SITE}/a`)}`;
    const back = locationOf(await browser.get(enter));
    const taken = await browser.get(CHECK, told(back.slice(SITE.length)));
    const cookie = header(taken.head, 'set-cookie')?.split(';')[0];
    if (!cookie) throw new Error(`a cookie was expected, not ${taken.head}`);
    requests.push(
      `GET ${CHECK} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/html\r\n${told('/a')}Cookie: ${cookie}\r\n\r\n`,
    );
  });
  crowd.disperse();
  return requests;
}

/** As Caddy and Traefik tell the request. */
function told(uri: string): string {
  const host = SITE.slice('http://'.length);
  return `X-Forwarded-Method: GET\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: ${host}\r\nX-Forwarded-Uri: ${uri}\r\n`;
}
