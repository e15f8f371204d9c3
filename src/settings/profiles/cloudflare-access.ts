import { generic } from './generic.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

/**
 * Cloudflare Access requires an email address, and all claims in the ID token. Its login window is not documented. It
 * starts a new login only after its global session ends, whatever the application's session is.
 */
export const cloudflareAccess: Profile = {
  ...generic,
  name: 'Cloudflare Access',
  loginWindow: 10 * MINUTE,
  redirectPath: { pattern: /^\/cdn-cgi\/access\/callback$/, example: '/cdn-cgi/access/callback' },
  https: true,
  secret: true,
  email: true,
  session:
    'Set the global session duration and the application’s to admission.lifetime, at least 15m: a shorter global session ' +
    'cannot be set, and while it lives the application’s session is renewed without a login.',
};
