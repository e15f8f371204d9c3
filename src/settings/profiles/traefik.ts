import { generic } from './generic.ts';
import { readLink } from './link.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

/**
 * Traefik with traefik-forward-auth (login window one hour; `state` is `<nonce>:<provider>:<URL>`), Traefik Hub (ten
 * minutes) or the plugin traefik-oidc-auth (none). This is the shortest of them: a window that is too short costs the
 * visitor a moment, and one that is too long fails the login.
 */
export const traefik: Profile = {
  ...generic,
  name: 'Traefik',
  loginWindow: 10 * MINUTE,
  deepLink(state, redirectUri) {
    const [, url] = /^[^:]+:[^:]+:(https?:\/\/.+)$/s.exec(state) ?? [];
    return readLink(url, redirectUri);
  },
  session:
    'Set LIFETIME (traefik-forward-auth) or session.expiry with sliding off (Traefik Hub) to admission.lifetime in ' +
    'seconds. traefik-oidc-auth checks the ID token’s exp at each request.',
};
