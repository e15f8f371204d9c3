import type { Seal } from '#waiting-room/seal.ts';

/** What signs and checks cookies for Koa, in the place of Keygrip. `pair` is `name=value`. */
export interface CookieSigner {
  sign(pair: string): string;
  verify(pair: string, signature: string): boolean;
  /** -1 for a signature that none of the keys made; what a key made that only opens still counts as the first's. */
  index(pair: string, signature: string): number;
}

/**
 * Signs the provider's cookies with the stamps of the seal. Keygrip would import its keys anew for each signature,
 * which takes longer than signing.
 */
export function createCookieSigner(seal: Pick<Seal, 'stamp' | 'isStampOf'>): CookieSigner {
  const textOf = (pair: string) => `cookie ${pair}`;
  const verify = (pair: string, signature: string) => seal.isStampOf(textOf(pair), signature);
  return {
    sign: (pair) => seal.stamp(textOf(pair)),
    verify,
    index: (pair, signature) => (verify(pair, signature) ? 0 : -1),
  };
}
