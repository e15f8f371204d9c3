/**
 * Asks oidc-provider's client schema about a relying party, before its settings are stored. It would refuse the client
 * at each request otherwise, and no visitor could log in.
 */
import type { Client, ClientMetadata, Configuration, JWKS } from 'oidc-provider';
import Provider, { errors } from 'oidc-provider';
import type { Fault } from '#settings/faults.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { clientMetadata } from './client-metadata.ts';
import { isLoopbackHttp } from './redirect-uri.ts';

/** The part of oidc-provider's configuration that its client schema depends on. */
export const CLIENT_RULES = {
  responseTypes: ['code'],
  subjectTypes: ['public'],
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
  clientDefaults: { id_token_signed_response_alg: 'RS256' },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
  issueRefreshToken: async (_ctx: unknown, client: Client) => client.grantTypeAllowed('refresh_token'),
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
} satisfies Configuration;

/** What is wrong with a relying party, by the names of its settings. */
export type ClientFaults = (party: RelyingParty) => Promise<readonly Fault[]>;

/** @param jwks the keys that sign. */
export function createClientFaults(jwks: JWKS): ClientFaults {
  const provider = new Provider('http://localhost', {
    ...CLIENT_RULES,
    jwks,
    adapter: () => {
      throw new TypeError('the client schema needs no store');
    },
  });
  // oidc-provider's types leave it out.
  const { validate } = provider.Client as unknown as { validate(metadata: ClientMetadata): Promise<void> };

  return async (party) => {
    try {
      await validate({ ...clientMetadata(party), ...initiateLoginUri(party) });
      return [];
    } catch (error) {
      if (error instanceof errors.InvalidClientMetadata) return [faultOf(error.error_description ?? '', party)];
      throw error;
    }
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
