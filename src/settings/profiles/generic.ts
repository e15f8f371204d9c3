import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

/** Any OpenID Connect client. The other profiles start from this one. */
export const generic: Profile = {
  name: 'this relying party',
  loginWindow: 10 * MINUTE,
  fixedWindow: false,
  redirectPath: null,
  https: false,
  secret: false,
  pkce: 'sometimes',
  email: false,
  deepLink: null,
  initiateLoginUri: null,
  remembersPage: false,
  oneLogin: false,
  refreshTokens: false,
  asksForResource: true,
  accessTokenLifetime: null,
  session: 'End the session when the ID token expires (exp).',
};
