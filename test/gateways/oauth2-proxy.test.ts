import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#support/ports.ts';
import { configuration, findProgram, inCache } from '../../examples/programs.ts';
import { startProgram } from './proxy.ts';
import { say, serve } from './stand-ins/http.ts';
import { startOauth2Proxy } from './stand-ins/oauth2-proxy.ts';
import { CLIENT_ID, LIFETIME, LOGIN_WINDOW, type RelyingPartyKind, SECRET, tour } from './tour.ts';

/** `npm test` builds it here. */
const BUILT = inCache('oauth2-proxy/oauth2-proxy');
const OAUTH2_PROXY = findProgram(process.env.OAUTH2_PROXY, 'oauth2-proxy', BUILT);

const KIND: Omit<RelyingPartyKind, 'name' | 'start'> = {
  profile: 'oauth2-proxy',
  callback: '/oauth2/callback',
  logout: (origin, issuer) => {
    const query = new URLSearchParams({ client_id: CLIENT_ID, post_logout_redirect_uri: `${origin}/bye` });
    return `${origin}/oauth2/sign_out?rd=${encodeURIComponent(`${issuer}/end-session?${query}`)}`;
  },
  postLogout: (origin) => `${origin}/bye`,
};

for (const encodeState of [false, true]) {
  const how = encodeState ? ' with --encode-state' : '';
  tour(
    {
      ...KIND,
      name: `oauth2-proxy${how}`,
      async start({ issuer, port, origin, tls }) {
        const folder = await mkdtemp(join(tmpdir(), 'anteroom-oauth2-proxy-'));
        const sitePort = await freePort();
        const site = await serve(sitePort, ({ res }) => say(res, 200, 'inside'));
        const file = join(folder, 'oauth2-proxy.cfg');
        await writeFile(
          file,
          configuration('oauth2-proxy/oauth2-proxy.cfg', {
            '"https://line.example"': `"${issuer}"`,
            '"line.example"': `"${new URL(issuer).host}"`,
            'https://shop.example': origin,
            '0.0.0.0:4180': `127.0.0.1:${port}`,
            '127.0.0.1:8080': `127.0.0.1:${sitePort}`,
            'client_id = "shop"': `client_id = "${CLIENT_ID}"`,
            'client_secret = "change-me"': `client_secret = "${SECRET}"`,
            'change-me-too': randomBytes(16).toString('hex'),
            'cookie_csrf_expire = "15m"': `cookie_csrf_expire = "${LOGIN_WINDOW}s"`,
            'provider = "oidc"': `provider = "oidc"\nprovider_ca_files = ["${tls?.caFile}"]`,
            'cookie_refresh = "1m"': 'cookie_refresh = "1s"',
          }),
        );
        const args = ['--config', file, ...(encodeState ? ['--encode-state'] : [])];
        const proxy = await startProgram(OAUTH2_PROXY ?? '', args, port);
        return {
          async close() {
            await proxy.close();
            await site.close();
            await rm(folder, { recursive: true });
          },
        };
      },
    },
    OAUTH2_PROXY ? undefined : 'no oauth2-proxy on this machine, and no Go to build it with',
  );

  // The stand-in does what the documentation says, for machines without the real program.
  if (OAUTH2_PROXY) continue;
  tour({
    ...KIND,
    name: `oauth2-proxy (a stand-in)${how}`,
    start: ({ issuer, port, origin }) =>
      startOauth2Proxy({
        issuer,
        port,
        origin,
        client: { id: CLIENT_ID, secret: SECRET },
        cookieCsrfExpire: LOGIN_WINDOW,
        cookieExpire: LIFETIME,
        encodeState,
      }),
  });
}
