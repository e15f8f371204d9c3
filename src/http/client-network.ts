import { isIPv6 } from 'node:net';

/** Groups of 16 bits that name a subscriber's network: providers assign a /64 or more (RFC 6177). */
const GROUPS = 4;

/**
 * What to count a client's requests by: its IPv4 address, or its /64 network of IPv6, in which a client may use any
 * address.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [front = '', back] = address.split('::');
  const groups = front.split(':').filter((group) => group !== '');
  // Where `::` stands for at least the rest of the network, the groups after it do not matter.
  const hidden = back === undefined ? 0 : 8 - groups.length - back.split(':').filter((group) => group !== '').length;
  const whole = [...groups, ...Array<string>(hidden).fill('0'), ...(back?.split(':') ?? [])];
  return `${whole
    .slice(0, GROUPS)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
