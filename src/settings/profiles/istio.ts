import { generic } from './generic.ts';
import type { Profile } from './profile.ts';

/**
 * Istio with authservice. A login never expires, unless absolute_session_timeout or idle_session_timeout are set, which
 * count from its start. One Secure session cookie serves all tabs: a new login removes the session of the previous one.
 * The expiry of the ID token is checked at each request.
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
    'No setting needed: it checks the ID token’s exp at each request. If you set absolute_session_timeout, set login_window to the same.',
};
