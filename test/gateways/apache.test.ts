import { noApache, startApache } from './apache.ts';
import { CLIENT_ID, LOGIN_WINDOW, SECRET, tour } from './tour.ts';

const replacements = {
  'OIDCClientID shop': `OIDCClientID ${CLIENT_ID}`,
  'OIDCClientSecret change-me': `OIDCClientSecret ${SECRET}`,
  'OIDCStateTimeout 300': `OIDCStateTimeout ${LOGIN_WINDOW}`,
};
/** With back-channel logout, as documented. */
const onTheServer = { 'OIDCSessionType client-cookie:store_id_token': 'OIDCSessionType server-cache' };

tour(
  {
    name: 'Apache with mod_auth_openidc',
    profile: 'mod-auth-openidc',
    callback: '/oauth2/callback',
    endsTls: true,
    logout: (origin) => `${origin}/oauth2/callback?logout=${encodeURIComponent(`${origin}/bye`)}`,
    postLogout: (origin) => `${origin}/bye`,
    start: (setting) => startApache(setting, replacements),
    backchannel: {
      path: '/oauth2/callback?logout=backchannel',
      start: (setting) => startApache(setting, { ...replacements, ...onTheServer }),
    },
  },
  noApache,
);
