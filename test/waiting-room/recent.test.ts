import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rememberingRecent } from '#waiting-room/recent.ts';

describe('a function that remembers', () => {
  const counting = (room: number) => {
    const asked: string[] = [];
    const answer = (key: string) => {
      asked.push(key);
      return key.startsWith('no') ? null : { key };
    };
    return { asked, remembering: rememberingRecent(answer, room) };
  };

  test('answers as it would without a memory', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'no', 'nobody')),
        fc.integer({ min: 1, max: 4 }),
        (keys, room) => {
          const { remembering } = counting(room);
          for (const key of keys) expect(remembering.of(key)).toEqual(key.startsWith('no') ? null : { key });
        },
      ),
    );
  });

  test('is asked once for each of the last keys, and forgets older ones', () => {
    const { asked, remembering } = counting(2);
    for (const key of ['a', 'b', 'a', 'b', 'c', 'b', 'c']) remembering.of(key);
    expect(asked).toEqual(['a', 'b', 'c']);
    for (const key of ['d', 'e', 'f', 'a']) remembering.of(key);
    expect(asked).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'a']);
  });

  test('keeps nothing of what is worth nothing', () => {
    const { asked, remembering } = counting(2);
    for (const key of ['a', 'no', 'no', 'nobody', 'nothing', 'a']) remembering.of(key);
    expect(asked).toEqual(['a', 'no', 'no', 'nobody', 'nothing']);
  });

  test('is not asked for what it was told', () => {
    const { asked, remembering } = counting(2);
    remembering.know('a', { key: 'a' });
    expect(remembering.of('a')).toEqual({ key: 'a' });
    expect(asked).toEqual([]);
  });
});
