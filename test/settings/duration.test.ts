import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from '#settings/duration.ts';

test.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
])('%s is %i ms', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
  expect(formatDuration(milliseconds)).toBe(text);
});

test.each(['', '10', 's', '-5s', '1.5h', '10 m', '10M', '01s', '10m30s'])('"%s" is not a duration', (text) => {
  expect(parseDuration(text)).toBeNull();
});

test('a formatted duration parses to the same value', () => {
  fc.assert(fc.property(fc.nat(), (milliseconds) => parseDuration(formatDuration(milliseconds)) === milliseconds));
});
