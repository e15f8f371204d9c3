import { expect, it } from 'vitest';
import { mergeResults } from '../../bench/merge-results.ts';

it('keeps the benchmarks that did not run, each with its own date', () => {
  const before = { date: 'first', benches: [{ name: 'joins' }, { name: 'gate' }, { name: 'removed' }] };
  const once = mergeResults(before, [{ name: 'gate', date: 'second' }], ['joins', 'gate', 'draw']);
  const twice = mergeResults(once, [{ name: 'draw', date: 'third' }], ['joins', 'gate', 'draw']);

  expect(twice).toEqual({
    benches: [
      { name: 'joins', date: 'first' },
      { name: 'gate', date: 'second' },
      { name: 'draw', date: 'third' },
    ],
  });
});
