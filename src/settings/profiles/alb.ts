import { generic } from './generic.ts';
import type { Profile } from './profile.ts';
import { MINUTE } from './profile.ts';

/**
 * AWS Application Load Balancer, action `authenticate-oidc`. `state` is opaque, the login window is fixed, and one nonce
 * cookie serves all tabs. Without a refresh token it does not check the token again before its SessionTimeout.
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
    'Keep the default SessionTimeout: the ALB refreshes its tokens every minute, which fails after the admission.',
};
