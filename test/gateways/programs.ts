/** Where programs are, and the documented configuration with the addresses of the test. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

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
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names
    .flatMap((name) => (!name || name.includes('/') ? [name] : folders.map((folder) => join(folder, name))))
    .find((path) => path !== undefined && canRun(path));
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
