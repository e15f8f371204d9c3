import { generic } from './generic.ts';
import { readLink } from './link.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

/**
 * Traefik, by traefik-forward-auth (an hour; `state` is `<nonce>:<provider>:<URL>`), Traefik Hub (ten minutes) or the
 * plugin traefik-oidc-auth (no window). A window that is too short costs the visitor a moment, one that is too long
 * the login: this is the shortest of them.
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
    'seconds; traefik-oidc-auth checks the ID token’s end at each request.',
};
