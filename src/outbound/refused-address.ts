/**
 * Addresses that no setting of the admin API may lead to: they are of this machine or of its host, where services trust
 * who reaches them. Private networks are not among them: the site's own servers are there.
 */
import { BlockList, isIP } from 'node:net';

/** In CIDR notation. */
const IPV4 = [
  // This host (RFC 1122 §3.2.1.3), loopback, and link-local with the metadata services of most clouds (RFC 3927).
  ...['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16'],
  // Metadata services of Alibaba, Oracle and Azure.
  ...['100.100.100.200/32', '192.0.0.192/32', '168.63.129.16/32'],
  // Multicast and broadcast: many answer, also on this machine.
  ...['224.0.0.0/4', '255.255.255.255/32'],
];
const IPV6 = [
  // Unspecified, loopback and link-local (RFC 4291 §2.4).
  ...['::/128', '::1/128', 'fe80::/10'],
  // Multicast (RFC 4291 §2.7), Teredo (RFC 4380), and NAT64 of a network's own, which may have the IPv4 address in
  // several places (RFC 8215, RFC 6052 §2.2).
  ...['ff00::/8', '2001::/32', '64:ff9b:1::/48'],
  // Metadata services of AWS and Google.
  ...['fd00:ec2::/32', 'fd20:ce::254/128'],
];
/**
 * Networks of IPv6 that reach IPv4: what stands before the 32 bits of the address, and after. They are mapped and
 * compatible addresses (RFC 4291 §2.5.5), translated ones (RFC 2765), NAT64 (RFC 6052) and 6to4 (RFC 3056).
 */
const EMBEDDINGS: readonly (readonly [before: string, bits: number, after: string])[] = [
  ['::ffff:', 96, ''],
  ['::', 96, ''],
  ['::ffff:0:', 96, ''],
  ['64:ff9b::', 96, ''],
  ['2002:', 16, '::'],
];

const refused = new BlockList();
for (const range of IPV4) {
  const [address, bits] = parse(range);
  refused.addSubnet(address, bits, 'ipv4');
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const groups = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  for (const [before, front, after] of EMBEDDINGS) {
    refused.addSubnet(`${before}${groups}${after}`, front + bits, 'ipv6');
  }
}
for (const range of IPV6) refused.addSubnet(...parse(range), 'ipv6');

function parse(range: string): [address: string, bits: number] {
  const [address = '', bits] = range.split('/');
  return [address, Number(bits)];
}

/** @param address an IP address, perhaps with a zone (RFC 4007 §11). */
export function isRefusedAddress(address: string): boolean {
  const [plain = ''] = address.split('%');
  return refused.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

/** Whether the host of a URL is such an address, or a name for this machine (RFC 6761 §6.3). Other names may lead to one. */
export function isRefusedHost({ hostname }: URL): boolean {
  // `URL` writes decimal, octal and hexadecimal spellings of an IPv4 address in the usual one.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(host) === 0 ? /(?:^|\.)localhost\.?$/.test(host) : isRefusedAddress(host);
}
