import { freePort } from '#support/ports.ts';
import { noEnvoy, startEnvoy, withTls } from './envoy.ts';
import { say, serve } from './stand-ins/http.ts';
import { CLIENT_ID, LOGIN_WINDOW, SECRET, tour } from './tour.ts';

tour(
  {
    name: 'Envoy',
    profile: 'envoy',
    callback: '/oauth2/callback',
    logout: (origin) => `${origin}/signout`,
    postLogout: (origin) => `${origin}/`,
    endsTls: true,
    async start({ issuer, port, origin, tls }) {
      const sitePort = await freePort();
      const site = await serve(sitePort, ({ res }) => say(res, 200, 'inside'));
      const replacements = {
        'https://shop.example': origin,
        'client_id: shop': `client_id: ${CLIENT_ID}`,
        'inline_string: change-me }': `inline_string: ${SECRET} }`,
        '600s': `${LOGIN_WINDOW}s`,
        ...(tls && withTls(tls)),
      };
      const setting = { issuer, port, sitePort, documentedPort: 8443, replacements };
      const envoy = await startEnvoy('envoy/envoy.yaml', setting, `${origin}/`);
      return {
        async close() {
          await envoy.close();
          await site.close();
        },
      };
    },
  },
  noEnvoy,
);
