import { expect, test } from 'vitest';
import { describeDifference } from '#settings/describe-difference.ts';

test('a difference is logged without the query of a URL, which may hold a secret', () => {
  const live = { url: 'https://shop.example/health?key=secret', every: '5s' };
  const difference = { path: ['inlet', 'health'], live, file: 'HTTP://shop.example/?key=secret' };
  expect(describeDifference('room sale', difference, [])).toBe(
    'room sale: inlet.health is {"url":"https://shop.example/health?…","every":"5s"}; the file says "HTTP://shop.example/?…"',
  );
});
