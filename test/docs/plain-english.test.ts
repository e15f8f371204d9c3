import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FILES = [
  '*.md',
  '{docs,views,assets,src,deploy,scripts,keys,bench,simulate,examples}/**/*.{md,ts,js,lua,ejs,css,yaml}',
];
/** Turns of phrase that have to be read twice. */
const RIDDLES = /\b(?:whoever|anew|for want of|be told of|is told)\b/i;

test('prose names the actor and has no riddles', () => {
  const lines = globSync(FILES).flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .map((line, index) => `${path}:${index + 1}: ${line.trim()}`),
  );
  expect(lines.length).toBeGreaterThan(10_000);
  expect(lines.filter((line) => RIDDLES.test(line))).toEqual([]);
});
