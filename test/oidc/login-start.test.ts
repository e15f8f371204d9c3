import { expect, test } from 'vitest';
import { createPublicUrls } from '#http/public-urls.ts';
import { createLoginStart, waitedSince } from '#oidc/authorize/login-start.ts';
import { createNewestLogin } from '#oidc/authorize/newest-login.ts';
import type { LoginContext } from '#oidc/login-context.ts';
import { createSeal } from '#waiting-room/seal.ts';

const STARTED = 1_700_000_000_000;
const QUERY = 'client_id=shop&state=x';
const seal = createSeal(['a key that only the tests know']);
const { authorizeUrl, readNote } = createLoginStart(seal, createPublicUrls('https://wait.example'));

type Ctx = Parameters<typeof readNote>[0];
type ProviderCtx = Parameters<typeof waitedSince>[0];

/** The context of a request to the provider, as far as the login's start needs it. */
function request(querystring: string, interaction?: Record<string, unknown>) {
  const login: LoginContext = {
    receivedAt: STARTED + 60_000,
    waitedSince: null,
    round: null,
    serial: 0,
    tokenStopped: null,
    pushed: null,
    requestUri: null,
    attempt: null,
    grantWrite: null,
    visit: null,
  };
  const oidc = interaction
    ? { route: 'resume', entities: { Interaction: { prompt: { details: interaction } } } }
    : { route: 'authorization', entities: {} };
  return { querystring, state: { login }, oidc };
}

async function read(url: string) {
  const ctx = request(url.slice(url.indexOf('?') + 1));
  await readNote(ctx as unknown as Ctx, async () => undefined);
  return { waitedSince: ctx.state.login.waitedSince, query: ctx.querystring };
}

test('a request that waited brings its start, and oidc-provider sees its own query', async () => {
  expect(await read(authorizeUrl(QUERY, STARTED))).toEqual({ waitedSince: STARTED, query: QUERY });
});

test.each([
  ['another time', `${QUERY}&anteroom_began=${STARTED + 1}.vszTswYHkWPhjNrAsaPAxm`],
  ['another query', `${QUERY}y&anteroom_began=${STARTED}.vszTswYHkWPhjNrAsaPAxm`],
  ['no stamp', `${QUERY}&anteroom_began=${STARTED}`],
])('a note with %s is not believed', async (_what, query) => {
  expect(await read(`/authorize?${query}`)).toEqual({ waitedSince: null, query });
});

test('the note, the cookie and the Interaction of an earlier version keep their start', async () => {
  const url = `/authorize?${QUERY}&anteroom_began=${STARTED}.vszTswYHkWPhjNrAsaPAxm`;
  expect(await read(url)).toEqual({ waitedSince: STARTED, query: QUERY });
  expect(authorizeUrl(QUERY, STARTED)).toBe(url);

  const cookie = '__Host-anteroom_newest_shop=ToYrYT8bckfukZfSTNThW5zLXqwsxc991BBKnIP0NE0ZMHn_1V5uZV7V';
  expect(createNewestLogin(seal, true).startedAt(cookie, 'shop')).toBe(STARTED);

  expect(waitedSince(request('', { began: STARTED }) as unknown as ProviderCtx)).toBe(STARTED);
});
