import { generic } from './generic.ts';
import type { Profile } from './profile.ts';
import { SECOND } from './profile.ts';

/**
 * nginx with njs, and NGINX Plus: with PKCE it has the shortest window there is. One pair of cookies (`auth_nonce`,
 * `auth_redir`) serves all tabs, and the nonce is always checked. The ID token's end is checked at each request.
 */
export const nginx: Profile = {
  ...generic,
  name: 'nginx',
  loginWindow: 90 * SECOND,
  oneLogin: true,
  session: 'Nothing to set: the ID token’s end is checked at each request. Leave offline_access out of the scopes.',
};
