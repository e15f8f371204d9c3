/** What an attacker's proofs cost: the levels that the service would give these addresses, and the hashes that they take. */
import { createPressure } from '#challenges/pressure.ts';
import { LEVELS, MEAN_HASHES } from '#challenges/proof-of-work.ts';

export interface Attack {
  readonly proofs: number;
  /** The proofs are spread over so many addresses, and evenly over so many minutes. */
  readonly addresses: number;
  readonly minutes: number;
}

/** The expected hashes of an attack. */
export function hashesOf({ proofs, addresses, minutes }: Attack): number {
  let now = 0;
  const pressure = createPressure(() => now);
  let work = 0;
  for (let n = 0; n < proofs; n++) {
    now = (n / proofs) * minutes * 60_000;
    work += LEVELS[pressure.take(`address ${n % addresses}`)] ?? 0;
  }
  return work * MEAN_HASHES;
}

/** CPU hours of so many hashes, at millions a second. */
export const cpuHours = (hashes: number, millions: number): number => hashes / (millions * 1e6) / 3600;
