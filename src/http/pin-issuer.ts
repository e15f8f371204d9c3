import type { IncomingMessage } from 'node:http';

/**
 * Makes a request look as if it had come to the public URL: what oidc-provider builds from the request's host and
 * scheme (the resume URL among others) is then right behind any proxy, and a forged Host or X-Forwarded-Host leads
 * nobody astray.
 */
export function pinIssuer(req: IncomingMessage, issuer: string, trustProxy: boolean): void {
  const { protocol, host } = new URL(issuer);
  req.headers.host = host;
  req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
  delete req.headers['x-forwarded-host'];
  if (!trustProxy) delete req.headers['x-forwarded-for'];
}
