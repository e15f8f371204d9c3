/** Files are short, whatever they are written in. */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const LONGEST = 300;
/** A list of doors. */
const LONGEST_APP = 120;
const MEDIAN = 60;

/** Lines by path: of all files in `src` that have text. */
const lengths = new Map(
  globSync('src/**/*', { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`)
    .map((path): [string, number] => [path, readFileSync(path, 'utf8').split('\n').length - 1]),
);

const longerThan = (most: number) => [...lengths].filter(([, lines]) => lines > most).map(([path]) => path);

test('no file of src has more than 300 lines', () => {
  expect(longerThan(LONGEST)).toEqual([]);
});

test('half the files of src have fewer than 60 lines', () => {
  expect(longerThan(MEDIAN - 1).length).toBeLessThan(lengths.size / 2);
});

test('the list of doors, src/app.ts, has at most 120 lines', () => {
  const app = [...lengths].find(([path]) => path.endsWith('src/app.ts'));
  expect(app?.[1]).toBeLessThanOrEqual(LONGEST_APP);
});
