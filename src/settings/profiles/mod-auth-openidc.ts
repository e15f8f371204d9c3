import { generic } from './generic.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

/**
 * Apache with mod_auth_openidc. `state` is a hash. It accepts third-party initiated logins at its redirect URI, for pages
 * of the same host.
 */
export const modAuthOpenidc: Profile = {
  ...generic,
  name: 'mod_auth_openidc',
  loginWindow: 5 * MINUTE,
  secret: true,
  initiateLoginUri: (redirectUri) => redirectUri,
  session: 'Set OIDCSessionMaxDuration to 0: the session then expires with the ID token.',
};
