/** Names that never resolve on the internet (RFC 6761, RFC 6762, RFC 8375; `.internal` is reserved by ICANN). */
const INNER_NAME = /(?:^|\.)(?:internal|local|localhost|test|home\.arpa)$/;
/** RFC 1918, RFC 6598, loopback and link-local. */
const INNER_IPV4 = /^(?:10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
/** RFC 4193, loopback and link-local. */
const INNER_IPV6 = /^\[(?:f[cd]|fe[89ab]|::1\])/;

/** Whether a host, as `URL` writes it, is on the internet: not this machine, a private address or an inner name. */
export function isPublicHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return !INNER_IPV6.test(hostname);
  return hostname.includes('.') && !INNER_NAME.test(hostname) && !INNER_IPV4.test(hostname);
}
