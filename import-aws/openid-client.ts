/** The one client of AWS's OpenID adapter, as a relying party of a room. */

export interface OpenidClient {
  readonly clientId: string;
  readonly settings: {
    readonly room: string;
    readonly profile: 'alb' | 'generic';
    readonly client_secret: string;
    readonly redirect_uris: readonly string[];
  };
}

/** Where a load balancer takes the code. */
const OF_ALB = '/oauth2/idpresponse';

/**
 * @param redirectUris the text of the secret `{stack}/redirect_uris`: a list in JSON
 * @throws Error with what is wrong with it
 */
export function openidClientOf(
  { clientId, room }: { readonly clientId: string; readonly room: string },
  secret: string,
  redirectUris: string,
): OpenidClient {
  if (secret.trim() === '') throw new Error('the client secret is empty');
  let uris: unknown;
  try {
    uris = JSON.parse(redirectUris);
  } catch {
    throw new Error('the redirect URIs are no JSON');
  }
  if (!Array.isArray(uris) || uris.length === 0 || !uris.every((uri) => typeof uri === 'string' && URL.canParse(uri))) {
    throw new Error('the redirect URIs must be a list of URLs');
  }
  const isAlb = uris.every((uri: string) => new URL(uri).pathname === OF_ALB);
  return {
    clientId,
    settings: {
      room,
      profile: isAlb ? 'alb' : 'generic',
      client_secret: secret.trim(),
      redirect_uris: uris as string[],
    },
  };
}

/** The fields of authenticate-oidc that change, with their new values. */
export const albFields = (discovery: Readonly<Record<string, string>>): readonly (readonly [string, string])[] => [
  ['Issuer', discovery.issuer ?? ''],
  ['AuthorizationEndpoint', discovery.authorization_endpoint ?? ''],
  ['TokenEndpoint', discovery.token_endpoint ?? ''],
  ['UserInfoEndpoint', discovery.userinfo_endpoint ?? ''],
];
