import { describe, expect, it } from 'vitest';
import { createTransactions, LOGIN_WINDOW } from '../../examples/shop/transactions.ts';

const shop = (secret: string | undefined, at = 1_000_000_000_000): ReturnType<typeof createTransactions> =>
  createTransactions({ secret, now: () => at });

describe('a login transaction', () => {
  it('survives a restart of a shop that has a secret', async () => {
    const transaction = shop('secret').begin();
    const sealed = await shop('secret').seal(transaction);
    expect(await shop('secret').open(sealed, transaction.state)).toEqual(transaction);
  });

  it('cannot be opened by a shop with another secret, or without one', async () => {
    const transaction = shop('secret').begin();
    const sealed = await shop('secret').seal(transaction);
    expect(await shop('another').open(sealed, transaction.state)).toBeNull();
    expect(await shop(undefined).open(sealed, transaction.state)).toBeNull();
  });

  it('expires after the login window', async () => {
    const transaction = shop('secret', 0).begin();
    const sealed = await shop('secret', 0).seal(transaction);
    expect(await shop('secret', LOGIN_WINDOW - 1000).open(sealed, transaction.state)).toEqual(transaction);
    expect(await shop('secret', LOGIN_WINDOW).open(sealed, transaction.state)).toBeNull();
  });

  it('hides the code verifier from the browser', async () => {
    const transaction = shop('secret').begin();
    const sealed = await shop('secret').seal(transaction);
    const plain = sealed.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect([sealed, ...plain].join()).not.toContain(transaction.codeVerifier);
  });
});
