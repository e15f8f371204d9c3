import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mergeResults, readResults } from '../../bench/merge-results.ts';

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

it('starts without former results if there is no file, and does not replace a file that it cannot read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-results-'));
  const file = join(folder, 'results.json');
  const order = ['joins'];
  expect(mergeResults(await readResults(file), [{ name: 'joins' }], order)).toEqual({ benches: [{ name: 'joins' }] });
  await writeFile(file, '{"benches":[');
  await expect(readResults(file)).rejects.toThrow(SyntaxError);
  await rm(folder, { recursive: true });
});
