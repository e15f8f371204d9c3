import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/**
 * Why the embedded store cannot use a folder: the end of a sentence about DATA_DIR; null if it can. The folder need not
 * exist if it can be made. Writes nothing.
 */
export async function dataDirFault(path: string): Promise<string | null> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return `must name a folder: ${path} is a file`;
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const parent = dirname(path);
    if (codeOf(error) === 'ENOENT' && parent !== path) return dataDirFault(parent);
    return `must name a folder that can be written: ${path} cannot (${codeOf(error)})`;
  }
}
