import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

/** Anything that speaks OpenID Connect. What no other profile says of itself is as here. */
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
  session: 'End the session when the ID token does (exp).',
};
