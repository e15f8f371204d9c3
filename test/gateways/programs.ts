/** Where programs are, and the documented configuration with the addresses of the test. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canRun, pathOf } from '../../scripts/machine.ts';

const ROOT = join(import.meta.dirname, '../../deploy/relying-parties');

/** Where `npm test` puts programs that not every machine can have (scripts/optional-programs.ts). */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/anteroom');

/** A program that is made for the tests: a path in the cache, whether something is there or not. */
export const inCache = (path: string): string => join(CACHE, path);

/** An application of deploy/relying-parties. */
export const application = (file: string): string => join(ROOT, file);

/** A file of deploy/relying-parties with other words in some places, each of which must be there. */
export function configuration(file: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${file} does not say "${from}"`);
      return text.replaceAll(from, to);
    },
    readFileSync(join(ROOT, file), 'utf8'),
  );
}

/** The first of these that can be run: a path, or a name to look for on the PATH. Undefined where there is none. */
export function findProgram(...names: readonly (string | undefined)[]): string | undefined {
  return names.map((name) => (name?.includes('/') ? name : name && pathOf(name))).find((path) => path && canRun(path));
}
