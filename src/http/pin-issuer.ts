import type { IncomingMessage } from 'node:http';

/**
 * Rewrites a request's headers as if it had come to the public URL. oidc-provider builds URLs from the host and scheme
 * of the request: they are then right behind any proxy, and a forged Host or X-Forwarded-Host has no effect.
 */
export function createPinIssuer(issuer: string): (req: IncomingMessage) => void {
  const { protocol, host } = new URL(issuer);
  const scheme = protocol.slice(0, -1);
  return ({ headers }) => {
    headers.host = host;
    headers['x-forwarded-proto'] = scheme;
    delete headers['x-forwarded-host'];
  };
}
