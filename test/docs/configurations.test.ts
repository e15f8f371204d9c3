import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { check } from '#settings/faults.ts';
import { settingsFile } from '#settings/file.ts';
import { blocksOf, pages } from './pages.ts';

const isConfiguration = (yaml: string) => /^(?:rooms|relying_parties):/m.test(yaml);
/** Excerpts have a line `# …` for what they leave out. */
const isComplete = (yaml: string) => !yaml.includes('# …');

const examples = [...pages].flatMap(([path, page]) =>
  blocksOf(page, 'yaml')
    .filter((yaml) => isConfiguration(yaml) && isComplete(yaml))
    .map((yaml): [string, string] => [path, yaml]),
);

test('the documentation has a configuration for each relying party', () => {
  expect(examples.length).toBeGreaterThanOrEqual(15);
});

test.each(examples)('the configuration in %s is valid', (_, yaml) => {
  const checked = check(settingsFile, parse(yaml));
  expect(checked.ok ? [] : checked.faults).toEqual([]);
});
