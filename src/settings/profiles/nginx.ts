import { generic } from './generic.ts';
import type { Profile } from './profile.ts';
import { SECOND } from './profile.ts';

/** nginx with njs, and NGINX Plus: the shortest window there is; the ID token's end is checked at each request. */
export const nginx: Profile = {
  ...generic,
  name: 'nginx',
  loginWindow: 90 * SECOND,
  session: 'Nothing to set: the ID token’s end is checked at each request. Leave offline_access out of the scopes.',
};
