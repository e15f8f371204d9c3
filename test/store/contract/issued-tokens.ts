import { describe, expect, it } from 'vitest';
import type { IssuedToken, TokenLine } from '#waiting-room/ports/issued-tokens.ts';
import type { Ports } from './room-under-test.ts';
import { freshId } from './room-under-test.ts';

const token = (sub: string, more: Partial<IssuedToken> = {}): IssuedToken => ({
  ...{ sub, number: 1, issuedAt: 1000, expires: 4600, issuer: 'https://a.example:8443/api', status: 0 },
  ...more,
});

export function describeIssuedTokens(stores: Ports<'issuedTokens'>): void {
  describe('issued tokens', () => {
    const freshLine = (): TokenLine => ({ room: freshId('room'), incarnation: 'abc', generation: 1 });

    it('keeps the first token of a visitor', async () => {
      const { store, second } = stores();
      const line = freshLine();
      expect(await store.issuedTokens.find(line, 'v')).toBeNull();
      expect(await store.issuedTokens.add(line, token('v'))).toEqual(token('v'));
      expect(await second.issuedTokens.add(line, token('v', { expires: 9 }))).toEqual(token('v'));
      expect(await second.issuedTokens.find(line, 'v')).toEqual(token('v'));
    });

    it('adds one of many concurrent tokens', async () => {
      const { store, second } = stores();
      const line = freshLine();
      const added = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 ? store : second).issuedTokens.add(line, token('v', { expires: 4600 + n })),
        ),
      );
      expect(new Set(added.map(({ expires }) => expires)).size).toBe(1);
    });

    it('sets a status once', async () => {
      const { issuedTokens } = stores().store;
      const line = freshLine();
      await issuedTokens.add(line, token('v'));
      expect(await issuedTokens.end(line, ['v', 'w'], -1)).toEqual(['v']);
      expect(await issuedTokens.end(line, ['v'], 1)).toEqual([]);
      expect(await issuedTokens.find(line, 'v')).toEqual(token('v', { status: -1 }));
      expect(await issuedTokens.end(line, [], 1)).toEqual([]);
    });

    it('lists what expired before a time, in that order, whatever its status', async () => {
      const { issuedTokens } = stores().store;
      const line = freshLine();
      for (const [sub, expires] of [
        ['late', 30],
        ['b', 20],
        ['a', 10],
        ['same', 40],
      ] as const) {
        await issuedTokens.add(line, token(sub, { expires }));
      }
      await issuedTokens.end(line, ['b'], 1);
      expect(await issuedTokens.expired(line, 40)).toEqual(['a', 'b', 'late']);
      expect(await issuedTokens.expired(line, 10)).toEqual([]);
    });

    it('keeps lines apart', async () => {
      const { issuedTokens } = stores().store;
      const line = freshLine();
      await issuedTokens.add(line, token('v'));
      await issuedTokens.markArrival(line, 1, 50);
      for (const other of [{ ...line, generation: 2 }, { ...line, incarnation: 'abd' }, freshLine()]) {
        expect(await issuedTokens.find(other, 'v')).toBeNull();
        expect(await issuedTokens.expired(other, 10_000)).toEqual([]);
        expect(await issuedTokens.arrivalOf(other, 1)).toBeNull();
      }
    });

    it('finds the last mark at or below a number', async () => {
      const { store, second } = stores();
      const line = freshLine();
      expect(await store.issuedTokens.arrivalOf(line, 5)).toBeNull();
      await store.issuedTokens.markArrival(line, 3, 100);
      await second.issuedTokens.markArrival(line, 10, 101);
      const times = await Promise.all([2, 3, 9, 10, 11].map((number) => second.issuedTokens.arrivalOf(line, number)));
      expect(times).toEqual([null, 100, 100, 101, 101]);
    });
  });
}
