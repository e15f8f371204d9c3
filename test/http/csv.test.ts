import { expect, test } from 'vitest';
import { csv } from '#http/csv.ts';

test.each([
  ['a plain text', 'sale', 'sale'],
  ['nothing', null, ''],
  ['a field that is missing', undefined, ''],
  ['a number', -3, '-3'],
  ['a comma', 'a,b', '"a,b"'],
  ['a quotation mark', 'say "hello"', '"say ""hello"""'],
  ['a line break', 'a\nb', '"a\nb"'],
  ['settings', { mode: 'paused' }, '"{""mode"":""paused""}"'],
  ['a formula', '=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
  ['a formula behind a tab', '\t=1', "'\t=1"],
  ['another beginning of a formula', '@SUM(A1)', "'@SUM(A1)"],
])('writes %s as a cell', (_, value, cell) => {
  expect(csv([['first', value]])).toBe(`first,${cell}\r\n`);
});
