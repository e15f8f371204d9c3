import { generic } from './generic.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

/**
 * Cloudflare Access: wants an e-mail address, and each claim in the ID token. Its window is documented nowhere. It asks
 * the provider again only when its global session is over, whatever the session of the application.
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
    'Set the global session duration and the application’s to admission.lifetime, 15m at least: no shorter global one is ' +
    'offered, and while it lives the application’s is renewed without a login.',
};
