/** Finds programs, and adapts the documented configuration to the addresses of an example or a test. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canRun, pathOf } from '../scripts/machine.ts';

const ROOT = join(import.meta.dirname, '../deploy/relying-parties');

/** `npm test` puts optional programs here (scripts/optional-programs.ts). */
const CACHE = join(import.meta.dirname, '../node_modules/.cache/anteroom');

/** The path of a program built for the tests; it may be missing. */
export const inCache = (path: string): string => join(CACHE, path);

/** An application of deploy/relying-parties. */
export const application = (file: string): string => join(ROOT, file);

/** A file of deploy/relying-parties with replacements; throws if the file lacks one of the replaced texts. */
export function configuration(file: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${file} does not say "${from}"`);
      return text.replaceAll(from, to);
    },
    readFileSync(join(ROOT, file), 'utf8'),
  );
}

/** The first of these paths or names on the PATH that can be run; undefined where none can. */
export function findProgram(...names: readonly (string | undefined)[]): string | undefined {
  return names.map((name) => (name?.includes('/') ? name : name && pathOf(name))).find((path) => path && canRun(path));
}
