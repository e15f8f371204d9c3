import type { Seal } from '#waiting-room/seal.ts';

/** Signs and checks Koa's cookies in place of Keygrip. A `pair` is `name=value`. */
export interface CookieSigner {
  sign(pair: string): string;
  verify(pair: string, signature: string): boolean;
  /**
   * -1 for a signature that none of the keys made, otherwise 0: Koa then keeps a cookie signed by an older key.
   */
  index(pair: string, signature: string): number;
}

/** Uses the seal's stamps: Keygrip imports its keys for each signature, which takes longer than the signing. */
export function createCookieSigner(seal: Pick<Seal, 'stamp' | 'isStampOf'>): CookieSigner {
  const textOf = (pair: string) => `cookie ${pair}`;
  const verify = (pair: string, signature: string) => seal.isStampOf(textOf(pair), signature);
  return {
    sign: (pair) => seal.stamp(textOf(pair)),
    verify,
    index: (pair, signature) => (verify(pair, signature) ? 0 : -1),
  };
}
