import { generic } from './generic.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

/** Kong's plugin openid-connect. Its login window, authorization_rolling_timeout, is 600 seconds. */
export const kong: Profile = {
  ...generic,
  name: 'Kong',
  loginWindow: 10 * MINUTE,
  session: 'Set session_absolute_timeout to admission.lifetime in seconds: the default is 86400.',
};
