import { generic } from './generic.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

/**
 * AWS Application Load Balancer, action `authenticate-oidc`. `state` is opaque, the window is fixed, one nonce cookie
 * serves all tabs. Without a refresh token it never looks at the token's end again before its SessionTimeout.
 */
export const alb: Profile = {
  ...generic,
  name: 'AWS ALB',
  loginWindow: 15 * MINUTE,
  fixedWindow: true,
  redirectPath: { pattern: /^\/oauth2\/idpresponse$/, example: '/oauth2/idpresponse' },
  https: true,
  secret: true,
  pkce: 'never',
  oneLogin: true,
  refreshTokens: true,
  accessTokenLifetime: MINUTE,
  session:
    'Leave SessionTimeout as it is: the ALB asks for fresh tokens each minute, and gets none after the admission.',
};
