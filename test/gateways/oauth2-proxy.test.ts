import { startOauth2Proxy } from './stand-ins/oauth2-proxy.ts';
import { CLIENT_ID, LIFETIME, LOGIN_WINDOW, SECRET, tour } from './tour.ts';

for (const encodeState of [false, true]) {
  tour({
    name: `oauth2-proxy (a stand-in)${encodeState ? ' with --encode-state' : ''}`,
    profile: 'oauth2-proxy',
    callback: '/oauth2/callback',
    logout: (origin, issuer) => {
      const query = new URLSearchParams({ client_id: CLIENT_ID, post_logout_redirect_uri: `${origin}/bye` });
      return `${origin}/oauth2/sign_out?rd=${encodeURIComponent(`${issuer}/end-session?${query}`)}`;
    },
    postLogout: (origin) => `${origin}/bye`,
    start: ({ issuer, port }) =>
      startOauth2Proxy({
        issuer,
        port,
        client: { id: CLIENT_ID, secret: SECRET },
        cookieCsrfExpire: LOGIN_WINDOW,
        cookieExpire: LIFETIME,
        encodeState,
      }),
  });
}
