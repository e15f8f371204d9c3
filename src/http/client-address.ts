import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4 } from 'node:net';
import proxyAddr from 'proxy-addr';

/** Which reverse proxies may name the client: so many next to this process, or those with these addresses. */
export type TrustProxy = number | readonly string[];

/** The IP address of the client that sent a request, as text. */
export type ClientAddress = (req: IncomingMessage) => string;

/**
 * Reads the client's address from the connection, or from `X-Forwarded-For` as far as trusted proxies wrote it: a client
 * can put addresses in front, but never behind those that the proxies append.
 */
export function createClientAddress(trustProxy: TrustProxy): ClientAddress {
  const trust = trustOf(trustProxy);
  return (req) => {
    // Undefined once the client has gone.
    const own = req.socket.remoteAddress ?? '';
    const named = own === '' ? '' : plainAddress(proxyAddr(req, trust));
    return named || plainAddress(own) || 'unknown';
  };
}

/**
 * Reads what is in `X-Forwarded-For` before the client's address. Clients can write anything there, but behind a proxy
 * that is not trusted, nothing else tells its clients apart.
 */
export function createUntrustedForwarding(trustProxy: TrustProxy): (req: IncomingMessage) => string {
  const trust = trustOf(trustProxy);
  return (req) => {
    const forwarded = String(req.headers['x-forwarded-for'] ?? '').split(',');
    // The first is the address of the connection.
    const [, ...trusted] = proxyAddr.all(req, trust);
    return forwarded
      .slice(0, forwarded.length - trusted.length)
      .join()
      .trim();
  };
}

function trustOf(trustProxy: TrustProxy): (address: string, hop: number) => boolean {
  return typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : proxyAddr.compile([...trustProxy]);
}

/** Some proxies append the port. An IPv4 address that came over IPv6 is the same client as over IPv4. */
function plainAddress(text: string): string {
  if (isIPv4(text)) return text;
  const address = text
    .trim()
    .replace(/^\[([^\]]*)\](:\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i, '$1')
    .toLowerCase();
  return isIP(address) === 0 ? '' : address;
}
