import { application } from '../../examples/programs.ts';
import { startProgram } from './proxy.ts';
import { environment } from './shop.ts';
import { type RelyingPartySetting, tour } from './tour.ts';

const APP = application('express-openid-connect/app.js');
const start = (setting: RelyingPartySetting) =>
  startProgram(process.execPath, [APP], setting.port, environment(setting));

tour({
  name: 'express-openid-connect',
  profile: 'express-openid-connect',
  callback: '/callback',
  logout: (origin) => `${origin}/logout`,
  postLogout: (origin) => `${origin}/bye`,
  start,
  backchannel: { path: '/backchannel-logout', start },
});
