import { generic } from './generic.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

/** Cloudflare Access: wants an e-mail address, and each claim in the ID token. Its window is documented nowhere. */
export const cloudflareAccess: Profile = {
  ...generic,
  name: 'Cloudflare Access',
  loginWindow: 10 * MINUTE,
  redirectPath: { pattern: /^\/cdn-cgi\/access\/callback$/, example: '/cdn-cgi/access/callback' },
  https: true,
  secret: true,
  email: true,
  session: 'Set the application’s session duration to admission.lifetime, or the nearest that it offers.',
};
