import { describe, expect, test } from 'vitest';
import { firstRotation, type NamedKey, PUBLISHED_AHEAD, publishedKeys, rotate } from '#signing-keys/rotation.ts';

const NOW = 1_790_000_000_000;
const DAY = 24 * 3_600_000;
const key = (kid: string, alg = 'RS256'): NamedKey => ({ kid, alg, kty: alg === 'RS256' ? 'RSA' : 'EC' });
const file = [key('a'), key('b'), key('e', 'ES256')];
const step = { fresh: [key('c'), key('f', 'ES256')], now: NOW, keepFor: 2 * DAY, emergency: false };
const statuses = (rotation: ReturnType<typeof rotate>, at: number) =>
  publishedKeys(file, rotation, at).map(({ kid, status }) => `${kid} ${status}`);

describe('before a rotation', () => {
  test('the first key of each algorithm in the file signs', () => {
    expect(statuses([], NOW)).toEqual(['a signing', 'b previous', 'e signing']);
    expect(statuses(firstRotation(file, NOW), NOW)).toEqual(['a signing', 'b previous', 'e signing']);
  });
});

describe('a rotation', () => {
  const rotation = rotate(firstRotation(file, NOW), step);

  test.each([
    ['publishes the new keys, and the old ones sign', 0, ['a signing', 'b previous', 'e signing', 'c next', 'f next']],
    ['changes nothing until a day has passed', DAY - 1, ['a signing', 'b previous', 'e signing', 'c next', 'f next']],
    ['lets the new keys sign after a day', DAY, ['c signing', 'f signing', 'a previous', 'b previous', 'e previous']],
    [
      'keeps the old ones until their last token is dead',
      3 * DAY - 1,
      ['c signing', 'f signing', 'a previous', 'b previous', 'e previous'],
    ],
    ['drops them then', 3 * DAY, ['c signing', 'f signing']],
  ])('%s', (_, after, expected) => {
    expect(PUBLISHED_AHEAD).toBe(DAY);
    expect(statuses(rotation, NOW + after)).toEqual(expected);
  });

  test('never brings a key of the file back that it dropped', () => {
    let later = rotation;
    for (const [index, days] of [5, 10, 15].entries()) {
      later = rotate(later, { ...step, fresh: [key(`later ${index}`)], now: NOW + days * DAY });
      expect(statuses(later, NOW + (days + 4) * DAY)).toEqual(expect.not.arrayContaining(['a previous', 'a signing']));
    }
    expect(later.filter(({ jwk }) => jwk !== null).length).toBeLessThan(5);
  });

  test('publishes a key that was put into the file afterwards, and lets it sign nothing', () => {
    const keys = publishedKeys([key('new in file'), ...file], rotation, NOW + DAY);
    expect(keys.find(({ kid }) => kid === 'new in file')?.status).toBe('previous');
  });
});

describe('an emergency', () => {
  test('lets the new keys sign at once and drops every other', () => {
    const rotation = rotate(firstRotation(file, NOW), { ...step, emergency: true });
    expect(statuses(rotation, NOW)).toEqual(['c signing', 'f signing']);
  });

  test('drops also the keys of a rotation that has not signed yet', () => {
    const pending = rotate(firstRotation(file, NOW), step);
    const rotation = rotate(pending, {
      ...step,
      fresh: [key('g'), key('h', 'ES256')],
      now: NOW + 1000,
      emergency: true,
    });
    expect(statuses(rotation, NOW + 1000)).toEqual(['g signing', 'h signing']);
    expect(statuses(rotation, NOW + 10 * DAY)).toEqual(['g signing', 'h signing']);
  });
});
