import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoizeRecent } from '#waiting-room/memoize-recent.ts';

describe('a memoized function', () => {
  const counting = (capacity: number) => {
    const asked: string[] = [];
    const answer = (key: string) => {
      asked.push(key);
      return key.startsWith('no') ? null : { key };
    };
    return { asked, memoized: memoizeRecent(answer, capacity) };
  };

  test('answers as the function itself does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'no', 'nobody')),
        fc.integer({ min: 1, max: 4 }),
        (keys, capacity) => {
          const { memoized } = counting(capacity);
          for (const key of keys) expect(memoized.get(key)).toEqual(key.startsWith('no') ? null : { key });
        },
      ),
    );
  });

  test('calls the function once for each of the recent keys, and forgets older ones', () => {
    const { asked, memoized } = counting(2);
    for (const key of ['a', 'b', 'a', 'b', 'c', 'b', 'c']) memoized.get(key);
    expect(asked).toEqual(['a', 'b', 'c']);
    for (const key of ['d', 'e', 'f', 'a']) memoized.get(key);
    expect(asked).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'a']);
  });

  test('does not cache a null', () => {
    const { asked, memoized } = counting(2);
    for (const key of ['a', 'no', 'no', 'nobody', 'nothing', 'a']) memoized.get(key);
    expect(asked).toEqual(['a', 'no', 'no', 'nobody', 'nothing']);
  });

  test('does not call the function for an answer that was set', () => {
    const { asked, memoized } = counting(2);
    memoized.set('a', { key: 'a' });
    expect(memoized.get('a')).toEqual({ key: 'a' });
    expect(asked).toEqual([]);
  });
});
