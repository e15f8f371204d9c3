import { hkdfSync, randomBytes } from 'node:crypto';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';

/** How long a visitor may take from "Reserve" to the callback, in milliseconds. */
export const LOGIN_WINDOW = 10 * 60 * 1000;

/** One login in progress: what the callback needs to trust the answer. */
export interface Transaction {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Login transactions, sealed in the browser, so a restart of the shop loses none. */
export interface Transactions {
  begin(): Transaction;
  seal(transaction: Transaction): Promise<string>;
  /** Null if the transaction is altered, too old, or belongs to another `state`. */
  open(sealed: string, state: string): Promise<Transaction | null>;
}

/**
 * The key is derived from `secret`, so it survives a restart. A shop without a secret (a public client) gets a random
 * key and forgets the logins in progress when it stops.
 */
export function createTransactions({
  secret,
  now,
}: {
  readonly secret: string | undefined;
  readonly now: () => number;
}): Transactions {
  const key = new Uint8Array(hkdfSync('sha256', secret ?? randomBytes(32), '', 'shop login transaction', 32));

  return {
    begin: () => ({ state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() }),

    seal: ({ state, nonce, codeVerifier }) =>
      new EncryptJWT({ nonce, codeVerifier })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setSubject(state)
        .setExpirationTime(new Date(now() + LOGIN_WINDOW))
        .encrypt(key),

    async open(sealed, state) {
      try {
        const { payload } = await jwtDecrypt(sealed, key, {
          subject: state,
          currentDate: new Date(now()),
          requiredClaims: ['exp'],
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        });
        const { nonce, codeVerifier } = payload;
        return typeof nonce === 'string' && typeof codeVerifier === 'string' ? { state, nonce, codeVerifier } : null;
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
