import { generic } from './generic.ts';
import { fieldOfState, readLink } from './link.ts';
import type { Profile } from './profile.ts';

/** express-openid-connect: `state` is base64url JSON `{returnTo}`, absolute or relative to the application. */
export const expressOpenidConnect: Profile = {
  ...generic,
  name: 'express-openid-connect',
  loginWindow: null,
  deepLink: (state, redirectUri) => readLink(fieldOfState(state, 'returnTo'), redirectUri),
  session: 'Set session.absoluteDuration to admission.lifetime in seconds, and session.rolling to false.',
};
