/**
 * Tokens: what they contain, how long they live, and which endpoints check and revoke them. No token outlives the
 * admission it stands for. It does not own logins and logouts. Of the door it imports `login-context.ts` and
 * `usable-admission.ts`.
 */

import type Provider from 'oidc-provider';
import type { Configuration } from 'oidc-provider';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import { createFindAccount } from './account.ts';
import { assertClaimsRequest, CLAIMS } from './claims.ts';
import { createLoadExistingGrant } from './grant.ts';
import { createIntrospectionPolicy } from './introspection.ts';
import { createLifetimes, createRemainingSeconds } from './lifetimes.ts';
import { claimsOfAccessToken, createResources } from './resources.ts';
import { endAdmissionAtRevocation, isOwnToken } from './revocation.ts';
import { createStoppedTokens, type StoppedTokens } from './stopped-tokens.ts';

export interface TokensDeps {
  readonly issuer: string;
  readonly waitingRoom: Pick<WaitingRoom, 'visitors' | 'relyingParties'>;
  readonly settings: Pick<SettingsStore, 'relyingParties'>;
  readonly now: () => number;
}

export interface Tokens {
  /** The tokens' part of oidc-provider's configuration. */
  readonly configuration: Configuration & { readonly features: NonNullable<Configuration['features']> };
  /** For the adapter of access tokens. */
  readonly stoppedTokens: StoppedTokens;
  /** Adds the middleware. */
  mount(provider: Provider): void;
}

export function createTokens({ issuer, waitingRoom, settings, now }: TokensDeps): Tokens {
  const { visitors, relyingParties } = waitingRoom;
  const remaining = createRemainingSeconds(now);

  return {
    configuration: {
      claims: CLAIMS,
      conformIdTokenClaims: false,
      // No offline_access: refresh tokens end with the admission.
      scopes: ['openid', 'email'],
      // Parallel requests of one browser refresh at the same time, all with the one token the relying party keeps.
      rotateRefreshToken: false,
      ttl: createLifetimes(remaining, now),
      findAccount: createFindAccount({ visitors, relyingParties, emailHost: new URL(issuer).hostname, now }),
      loadExistingGrant: createLoadExistingGrant(remaining),
      // Tokens end with the admission, whatever becomes of the browser's session with the provider.
      expiresWithSession: () => false,
      extraTokenClaims: claimsOfAccessToken,
      features: {
        userinfo: { enabled: true },
        claimsParameter: { enabled: true, assertClaimsParameter: assertClaimsRequest },
        // RFC 9449: a relying party that sends a proof gets tokens that nobody else can use.
        dPoP: { enabled: true },
        resourceIndicators: createResources({ relyingParties, settings }),
        introspection: { enabled: true, allowedPolicy: createIntrospectionPolicy({ visitors, relyingParties, now }) },
        revocation: { enabled: true, allowedPolicy: isOwnToken },
      },
    },
    stoppedTokens: createStoppedTokens({ visitors, relyingParties, now }),
    mount: (provider) => endAdmissionAtRevocation(provider, { visitors, relyingParties }),
  };
}
