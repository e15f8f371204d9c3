/**
 * The draw: the order of the entrants, as a keyed permutation. Each place is computed when it is needed, so drawing a
 * million people is one write. `docs/draw.md` specifies the algorithm for other languages.
 *
 * Entrants are numbered 0 … n−1 in order of arrival. With a = ⌈√n⌉ and b = ⌈n/a⌉ an entrant x is the pair
 * (x mod a, ⌊x/a⌋); rounds add to one half a hash of the other (a Feistel network on Z_a × Z_b, "FE2" of Bellare,
 * Ristenpart, Rogaway and Stegers, Format-Preserving Encryption, SAC 2009); a result of n or more goes through the rounds again.
 */
import { createHash, hash, randomBytes } from 'node:crypto';

export const DRAW_ALGORITHM = 'anteroom-draw-v1';
/** With few entrants the halves are short and mix more slowly. */
const rounds = (entrants: number) => (entrants < 1000 ? 24 : 12);
const SEED = 32;

export function newSeed(): Uint8Array {
  return randomBytes(SEED);
}

/** The commitment published before the draw: the SHA-256 of the seed's 32 bytes, hexadecimal. */
export function commitment(seed: Uint8Array): string {
  return createHash('sha256').update(seed).digest('hex');
}

/** The order of the entrants under a seed: a function from the entrant (from 0) to the place (from 0). */
export function drawnOrder(seed: Uint8Array, entrants: number): (entrant: number) => number {
  const a = Math.ceil(Math.sqrt(entrants));
  const b = Math.ceil(entrants / a);
  const last = rounds(entrants);
  // seed (32 bytes) · round (1 byte) · the other half (4 bytes, big-endian)
  const input = Buffer.alloc(SEED + 5);
  input.set(seed);

  /** The first 48 bits of the hash. A string of bytes costs a quarter of what a buffer does. */
  function random(round: number, half: number): number {
    input.writeUInt8(round, SEED);
    input.writeUInt32BE(half, SEED + 1);
    const bytes = hash('sha256', input, 'binary');
    let bits = 0;
    for (let at = 0; at < 6; at++) bits = bits * 256 + bytes.charCodeAt(at);
    return bits;
  }

  return (entrant) => {
    let place = entrant;
    do {
      let left = place % a;
      let right = Math.floor(place / a);
      for (let round = 0; round < last; round += 2) {
        left = (left + random(round, right)) % a;
        right = (right + random(round + 1, left)) % b;
      }
      place = right * a + left;
    } while (place >= entrants);
    return place;
  };
}
