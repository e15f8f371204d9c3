import { generic } from './generic.ts';
import { fieldOfState, readLink } from './link.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

/** Envoy's oauth2 filter, and Envoy Gateway: `state` is base64url JSON `{url, csrf_token, flow_id}`. */
export const envoy: Profile = {
  ...generic,
  name: 'Envoy',
  loginWindow: 10 * MINUTE,
  // Its cookies are Secure.
  https: true,
  secret: true,
  pkce: 'always',
  deepLink: (state, redirectUri) => readLink(fieldOfState(state, 'url'), redirectUri),
  session:
    'No setting needed: its cookies expire with expires_in. Keep use_refresh_token off (Envoy Gateway: refreshToken: false).',
};
