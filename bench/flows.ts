/**
 * Whole logins, six requests on either side: /authorize, the page, its form, /authorize again, token, userinfo. All
 * visitors of a round join first. Then one operator request lets them in, and its time counts. Then all continue.
 */
import type { Bench } from './bench.ts';
import { compared } from './bench.ts';
import type { Browser } from './load/browser.ts';
import { bodyOf, createBrowser, locationOf } from './load/browser.ts';
import type { Connection } from './load/connection.ts';
import { gather } from './load/crowd.ts';
import { authorizationRequest, finishLogin, type IdTokenAlgorithm } from './load/relying-party.ts';
import type { Contestant } from './measure/compare.ts';
import { compare } from './measure/compare.ts';
import type { ServerProcess } from './server.ts';
import { raise, SETTINGS } from './stand.ts';

const ROUNDS = 5;
const VISITORS = 1500;

interface Side {
  readonly server: ServerProcess;
  readonly paths: { readonly authorization: string; readonly token: string; readonly userinfo: string };
  /** Runs between the pages and the forms. */
  readonly letIn: () => Promise<void>;
  /** What the ID token has to be signed with. */
  readonly algorithm: IdTokenAlgorithm;
}

export const flows = whole('flows', 'RS256');

/** A signature with ES256 takes a small part of the time that one with RS256 takes. */
export const flowsEs256 = whole('flows-es256', 'ES256');

function whole(name: string, algorithm: IdTokenAlgorithm): Bench {
  return {
    name,
    about: `whole logins with ${algorithm}, PKCE and a client secret, against bare oidc-provider on Redis`,
    async run(stand) {
      const baseline = contestant({
        server: await stand.provider(algorithm),
        paths: { authorization: '/auth', token: '/token', userinfo: '/me' },
        letIn: async () => undefined,
        algorithm,
      });
      // The settings end with those of the relying party.
      const server = await stand.anteroom({ settings: `${SETTINGS}    id_token_signed_response_alg: ${algorithm}\n` });
      const ours = contestant({
        server,
        paths: { authorization: '/authorize', token: '/token', userinfo: '/userinfo' },
        letIn: () => raise(server.port, VISITORS),
        algorithm,
      });
      return compared(await compare({ baseline, ours, rounds: ROUNDS }), 1);
    },
  };
}

interface Visit {
  /** The browser on a connection. */
  readonly on: (connection: Connection) => Browser;
  page: string;
}

function contestant({ server, paths, letIn, algorithm }: Side): Contestant {
  const host = `127.0.0.1:${server.port}`;
  return {
    server,
    async run() {
      const visits = Array.from({ length: VISITORS }, () => newVisit(host));
      const crowd = await gather(server.port);
      const start = performance.now();
      await crowd.each(visits, async (connection, visit) => {
        const browser = visit.on(connection);
        visit.page = locationOf(await browser.get(authorizationRequest(paths.authorization)));
        bodyOf(await browser.get(visit.page));
      });
      await letIn();
      await crowd.each(visits, async (connection, { on, page }) => {
        const browser = on(connection);
        const resume = locationOf(await browser.post(page, ''));
        await finishLogin(connection, host, { ...paths, algorithm }, locationOf(await browser.get(resume)));
      });
      const seconds = (performance.now() - start) / 1000;
      crowd.disperse();
      return { operations: VISITORS, seconds };
    },
  };
}

/** A visitor may return on another connection. */
function newVisit(host: string): Visit {
  let current: Connection | undefined;
  const browser = createBrowser(
    {
      send: (request) => {
        if (!current) throw new Error('no connection yet');
        return current.send(request);
      },
      close: () => undefined,
    },
    host,
  );
  return {
    page: '',
    on(connection) {
      current = connection;
      return browser;
    },
  };
}
