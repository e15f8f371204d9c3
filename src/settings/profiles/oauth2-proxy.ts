import { generic } from './generic.ts';
import { readLink, textOfState } from './link.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

/**
 * oauth2-proxy. `state` is `<nonce>:<path and query>`, in base64url with --encode-state. One CSRF cookie serves all tabs,
 * unless --cookie-csrf-per-request is set.
 */
export const oauth2Proxy: Profile = {
  ...generic,
  name: 'oauth2-proxy',
  loginWindow: 15 * MINUTE,
  redirectPath: { pattern: /\/callback$/, example: '/oauth2/callback' },
  secret: true,
  email: true,
  oneLogin: true,
  deepLink(state, redirectUri) {
    const text = textOfState(state);
    const at = text.indexOf(':');
    return at < 0 ? null : readLink(text.slice(at + 1), redirectUri);
  },
  session: 'Set --cookie-refresh to 1m: it checks the token’s expiry only in sessions that are older than that.',
};
