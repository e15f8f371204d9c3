import { generic } from './generic.ts';
import type { Profile } from './profile.ts';

/**
 * Istio with authservice: a login may take as long as it takes, unless absolute_session_timeout or idle_session_timeout
 * are set, which count from its beginning. One session cookie, which is Secure, serves all tabs: a new login removes the
 * session of the one before. The ID token's end is checked at each request.
 */
export const istio: Profile = {
  ...generic,
  name: 'Istio authservice',
  loginWindow: null,
  https: true,
  secret: true,
  pkce: 'always',
  oneLogin: true,
  session:
    'Nothing to set: the ID token’s end is checked at each request. If you set absolute_session_timeout, set login_window to it.',
};
