import { startAlb } from './stand-ins/alb.ts';
import { CLIENT_ID, LOGIN_WINDOW, SECRET, tour } from './tour.ts';

tour({
  name: 'AWS ALB (a stand-in)',
  profile: 'alb',
  callback: '/oauth2/idpresponse',
  landing: '/start',
  logout: (origin) => `${origin}/logout`,
  postLogout: (origin) => `${origin}/bye`,
  start: ({ issuer, port, origin }) =>
    startAlb({
      issuer,
      port,
      origin,
      client: { id: CLIENT_ID, secret: SECRET },
      loginTimeout: LOGIN_WINDOW,
      // The default, seven days: the refresh token ends the session earlier.
      sessionTimeout: 7 * 24 * 60 * 60,
    }),
});
