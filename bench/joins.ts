/** From a new visitor's /authorize to the complete waiting page: two requests on either side. */
import type { Bench } from './bench.ts';
import { compared } from './bench.ts';
import { bodyOf, createBrowser, locationOf } from './load/browser.ts';
import { gather } from './load/crowd.ts';
import { authorizationRequest } from './load/relying-party.ts';
import type { Contestant } from './measure/compare.ts';
import { compare } from './measure/compare.ts';
import type { ServerProcess } from './server.ts';

const ROUNDS = 6;
const TIME = 2000;

export const joins: Bench = {
  name: 'joins',
  about: 'from the first /authorize to the waiting page, against bare oidc-provider on Redis',
  async run(stand) {
    const baseline = await contestant(await stand.provider(), '/auth', '<h1>login</h1>');
    const ours = await contestant(await stand.anteroom(), '/authorize', 'You are in line');
    return compared(await compare({ baseline, ours, rounds: ROUNDS }), 0.8);
  },
};

async function contestant(server: ServerProcess, path: string, shows: string): Promise<Contestant> {
  const host = `127.0.0.1:${server.port}`;
  return {
    server,
    async run() {
      const crowd = await gather(server.port);
      const start = performance.now();
      const operations = await crowd.during(TIME, async (connection) => {
        const browser = createBrowser(connection, host);
        const page = locationOf(await browser.get(authorizationRequest(path)));
        if (!bodyOf(await browser.get(page)).includes(shows)) throw new Error('this is not the expected page');
      });
      const seconds = (performance.now() - start) / 1000;
      crowd.disperse();
      return { operations, seconds };
    },
  };
}
