import type { IncomingMessage } from 'node:http';

/**
 * Rewrites a request's headers as if it had come to the public URL. oidc-provider builds URLs from the host and scheme
 * of the request: they are then right behind any proxy, and a forged Host or X-Forwarded-Host has no effect.
 */
export function pinIssuer(req: IncomingMessage, issuer: string): void {
  const { protocol, host } = new URL(issuer);
  req.headers.host = host;
  req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
  delete req.headers['x-forwarded-host'];
}
