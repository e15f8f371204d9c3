/**
 * What the store and the counters know of a visitor's address: two short keyed hashes, one of its own network (IPv4 /32,
 * IPv6 /64), one of the network around it (/24, /48). The key changes each day, so no address can be followed further.
 */
import { hash } from 'node:crypto';
import type { Seal } from '../seal.ts';

const DAY = 24 * 3_600_000;
/** Characters of each hash: 48 bits. */
const HALF = 8;

/** A network of many addresses may have so many times what one address may have. */
export const WIDE = 10;

export interface Networks {
  readonly narrow: string;
  readonly wide: string;
}

/** Returns 16 URL-safe characters. */
export type AddressKey = (networks: Networks) => string;

export const narrowOf = (key: string): string => key.slice(0, HALF);
export const wideOf = (key: string): string => key.slice(HALF);

/**
 * Hashes are not cached: in a crowd nearly all addresses are new, and to remember one takes as long as to hash it.
 *
 * @param now in ms.
 */
export function createAddressKey(seal: Pick<Seal, 'stamp'>, now: () => number): AddressKey {
  let day = -1;
  let secret = '';
  const short = (text: string) => hash('sha256', secret + text, 'base64url').slice(0, HALF);

  return ({ narrow, wide }) => {
    const today = Math.floor(now() / DAY);
    if (today !== day) {
      day = today;
      secret = `${seal.stamp(`addresses of day ${day}`)} `;
    }
    return short(narrow) + short(wide);
  };
}
