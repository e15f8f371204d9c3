/** IP addresses and networks in CIDR notation (RFC 4632, RFC 4291 §2.3). */
import { memoizeRecent } from '../memoize-recent.ts';

interface Network {
  /** Of an address: 32 or 128. */
  readonly size: number;
  readonly bits: number;
  readonly value: bigint;
}

const KEPT = 10_000;
const networks = memoizeRecent(parse, KEPT);

const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;

function ipv4(text: string): bigint | null {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => OCTET.test(octet) && Number(octet) < 256)) return null;
  return octets.reduce((value, octet) => value * 256n + BigInt(octet), 0n);
}

function ipv6(text: string): bigint | null {
  // The last 32 bits may be written as an IPv4 address.
  const tail = /[^:]*\.[^:]*$/.exec(text)?.[0];
  const embedded = tail === undefined ? null : ipv4(tail);
  if (tail !== undefined && embedded === null) return null;
  const groups =
    embedded === null
      ? text
      : `${text.slice(0, -(tail?.length ?? 0))}${(embedded >> 16n).toString(16)}:${(embedded & 0xffffn).toString(16)}`;
  const halves = groups.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const [front = [], back] = halves;
  const given = front.length + (back?.length ?? 0);
  if (halves.length > 2 || (back ? given > 7 : given !== 8)) return null;
  const whole = [...front, ...Array<string>(8 - given).fill('0'), ...(back ?? [])];
  if (!whole.every((group) => GROUP.test(group))) return null;
  return whole.reduce((value, group) => value * 65536n + BigInt(`0x${group}`), 0n);
}

function parse(text: string): Network | null {
  const [address = '', length, ...rest] = text.split('/');
  const isLong = address.includes(':');
  const value = isLong ? ipv6(address) : ipv4(address);
  const size = isLong ? 128 : 32;
  const bits = length === undefined ? size : OCTET.test(length) ? Number(length) : size + 1;
  return value === null || rest.length > 0 || bits > size ? null : { size, bits, value };
}

export const isNetwork = (text: string): boolean => parse(text) !== null;

/** Whether an address, or a whole network, is in a network. */
export function isInNetwork(inner: string, outer: string): boolean {
  const [one, other] = [networks.get(inner), networks.get(outer)];
  if (!one || !other || one.size !== other.size || one.bits < other.bits) return false;
  const hidden = BigInt(other.size - other.bits);
  return one.value >> hidden === other.value >> hidden;
}
