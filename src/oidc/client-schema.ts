/**
 * Asks oidc-provider's client schema about a relying party, before its settings are stored. It would refuse the client
 * at each request otherwise, and no visitor could log in.
 */
import type { JWK } from 'jose';
import type { Client, ClientMetadata, Configuration, JWKS } from 'oidc-provider';
import Provider, { errors } from 'oidc-provider';
import type { Fault } from '#settings/faults.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { clientMetadata } from './client-metadata.ts';
import { isLoopbackHttp } from './redirect-uri.ts';
import { signingAlgorithms } from './signing-algorithms.ts';

/** Private keys. */
export type SigningKeys = JWKS & { readonly keys: readonly JWK[] };

/** The part of oidc-provider's configuration that its client schema depends on. */
export const clientRules = (jwks: SigningKeys) =>
  ({
    responseTypes: ['code' as const],
    subjectTypes: ['public' as const],
    clientAuthMethods: ['client_secret_basic' as const, 'client_secret_post' as const, 'none' as const],
    clientDefaults: { id_token_signed_response_alg: 'RS256' as const },
    enabledJWA: { idTokenSigningAlgValues: signingAlgorithms(jwks.keys) },
    issueRefreshToken: async (_ctx: unknown, client: Client) => client.grantTypeAllowed('refresh_token'),
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
  }) satisfies Configuration;

/** What is wrong with a relying party, by the names of its settings. */
export type ClientFaults = (party: RelyingParty) => Promise<readonly Fault[]>;

/** @param jwks the keys that sign. */
export function createClientFaults(jwks: SigningKeys): ClientFaults {
  const provider = new Provider('http://localhost', {
    ...clientRules(jwks),
    jwks,
    adapter: () => {
      throw new TypeError('the client schema needs no store');
    },
  });
  // oidc-provider's types leave it out.
  const { validate } = provider.Client as unknown as { validate(metadata: ClientMetadata): Promise<void> };

  const algorithms = signingAlgorithms(jwks.keys);

  return async (party) => {
    const { id_token_signed_response_alg: algorithm = 'RS256' } = party;
    if (!algorithms.includes(algorithm)) return [missingKey(algorithm, algorithms)];
    try {
      await validate({ ...clientMetadata(party), ...initiateLoginUri(party) });
      return [];
    } catch (error) {
      if (error instanceof errors.InvalidClientMetadata) return [faultOf(error.error_description ?? '', party)];
      throw error;
    }
  };
}

function missingKey(algorithm: string, algorithms: readonly string[]): Fault {
  const others = algorithms.join(' or ');
  return {
    field: 'id_token_signed_response_alg',
    message: `must be ${others}: JWKS_FILE has no private key for ${algorithm}. Add one with keys/generate.ts --keep`,
  };
}

/** The schema wants https. In development, http on loopback works as well: the browser is on the same machine. */
function initiateLoginUri({ initiate_login_uri: uri }: RelyingParty): Partial<ClientMetadata> {
  return uri === null || isLoopbackHttp(new URL(uri)) ? {} : { initiate_login_uri: uri };
}

/** The schema's messages begin with the name of the field. */
function faultOf(message: string, party: RelyingParty): Fault {
  const [field = ''] = message.split(' ', 1);
  if (!Object.hasOwn(party, field)) return { field: '', message };
  return { field, message: message.slice(field.length + 1) };
}
