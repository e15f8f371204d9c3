import { join } from 'node:path';
import { startProgram } from './proxy.ts';
import { CLIENT_ID, type RelyingPartySetting, SECRET, tour } from './tour.ts';

const APP = join(import.meta.dirname, '../../deploy/relying-parties/express-openid-connect/app.js');

const start = ({ issuer, port, origin }: RelyingPartySetting) =>
  startProgram(process.execPath, [APP], port, {
    PORT: String(port),
    BASE_URL: origin,
    ISSUER: issuer,
    CLIENT_ID,
    CLIENT_SECRET: SECRET,
    SESSION_SECRET: 'a secret of the shop that is long enough',
  });

tour({
  name: 'express-openid-connect',
  profile: 'express-openid-connect',
  callback: '/callback',
  logout: (origin) => `${origin}/logout`,
  postLogout: (origin) => `${origin}/bye`,
  start,
  backchannel: { path: '/backchannel-logout', start },
});
