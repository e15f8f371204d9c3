/** From a new visitor's /authorize to the complete waiting page: two requests on either side. */
import type { Bench } from './bench.ts';
import { compared } from './bench.ts';
import { bodyOf, createBrowser, locationOf } from './load/browser.ts';
import type { Connection } from './load/connection.ts';
import { gather } from './load/crowd.ts';
import { authorizationRequest } from './load/relying-party.ts';
import type { Contestant } from './measure/compare.ts';
import { compare } from './measure/compare.ts';
import type { ServerProcess } from './server.ts';
import { SETTINGS } from './stand.ts';

const ROUNDS = 6;
const TIME = 2000;

export const joins: Bench = {
  name: 'joins',
  about: 'from the first /authorize to the waiting page, against bare oidc-provider on Redis',
  async run(stand) {
    const baseline = await contestant(await stand.provider(), '/auth', '<h1>login</h1>');
    const ours = await contestant(await stand.anteroom(), '/authorize', 'You are in line');
    return compared(await compare({ baseline, ours, rounds: ROUNDS }), 2);
  },
};

export const protection: Bench = {
  name: 'protection',
  about: 'joins with the limits and challenges that rooms have, against a room without them',
  async run(stand) {
    const without = { settings: SETTINGS.replace('title:', 'challenge: off\n    title:') };
    const baseline = await contestant(await stand.anteroom(without), '/authorize', 'You are in line');
    const ours = await contestant(await stand.anteroom(), '/authorize', 'You are in line');
    return compared(await compare({ baseline, ours, rounds: ROUNDS }), 0.95);
  },
};

async function contestant(server: ServerProcess, path: string, shows: string): Promise<Contestant> {
  const join = joinAt(server, path, shows);
  return {
    server,
    async run() {
      const crowd = await gather(server.port);
      const start = performance.now();
      const operations = await crowd.during(TIME, join);
      const seconds = (performance.now() - start) / 1000;
      crowd.disperse();
      return { operations, seconds };
    },
  };
}

/** A new visitor asks at this path, and follows to the page that shows these words. */
export function joinAt(server: ServerProcess, path: string, shows: string): (connection: Connection) => Promise<void> {
  const host = `127.0.0.1:${server.port}`;
  return async (connection) => {
    const browser = createBrowser(connection, host);
    const page = locationOf(await browser.get(authorizationRequest(path)));
    if (!bodyOf(await browser.get(page)).includes(shows)) throw new Error('this is not the expected page');
  };
}
