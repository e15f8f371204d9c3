import { isIPv4, isIPv6 } from 'node:net';
import type { Networks } from '#waiting-room/entry/address-key.ts';

/** Groups of 16 bits that name a subscriber's network: providers assign a /64 or more (RFC 6177). */
const GROUPS = 4;
/** Groups that name a site, the most that a subscriber gets. */
const WIDE_GROUPS = 3;

/**
 * What to count a client's requests by: its IPv4 address, or its /64 network of IPv6, in which a client may use any
 * address.
 */
export function networkOf(address: string): string {
  return isIPv6(address) ? `${prefixOf(address, GROUPS)}::/64` : address;
}

/** The networks that a visitor's address counts for: IPv4 /32 and /24, IPv6 /64 and /48. */
export function networksOf(address: string): Networks {
  if (isIPv4(address)) return { narrow: address, wide: `${address.slice(0, address.lastIndexOf('.'))}.0/24` };
  const narrow = networkOf(address);
  return { narrow, wide: isIPv6(address) ? `${prefixOf(address, WIDE_GROUPS)}::/48` : narrow };
}

/** The first groups of an IPv6 address. */
function prefixOf(address: string, groupCount: number): string {
  const [front = '', back] = address.split('::');
  const groups = front.split(':').filter((group) => group !== '');
  // If `::` covers at least the rest of the network, the groups after it do not matter.
  const hidden = back === undefined ? 0 : 8 - groups.length - back.split(':').filter((group) => group !== '').length;
  const whole = [...groups, ...Array<string>(hidden).fill('0'), ...(back?.split(':') ?? [])];
  return whole
    .slice(0, groupCount)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
