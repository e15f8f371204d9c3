import { generic } from './generic.ts';
import type { Profile } from './profile.ts';
import { SECOND } from './profile.ts';

/**
 * nginx with njs, and NGINX Plus. With PKCE it has the shortest login window of all. One pair of cookies (`auth_nonce`,
 * `auth_redir`) serves all tabs, and the nonce is always checked. The ID token's expiry is checked at each request.
 */
export const nginx: Profile = {
  ...generic,
  name: 'nginx',
  loginWindow: 90 * SECOND,
  oneLogin: true,
  session: 'No setting needed: it checks the ID token’s exp at each request. Do not request the scope offline_access.',
};
