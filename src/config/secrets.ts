/**
 * Secrets that nobody gave: made at the first start, kept in `keys/`, readable by their owner only. For more than one
 * machine they are given as ADMIN_TOKEN, COOKIE_KEYS and JWKS_FILE.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A random text of 256 bits that may stand in a header or a list. */
export const randomSecret = (): string => randomBytes(32).toString('base64url');

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/**
 * The text that is kept at `path`; where there is none yet, that of `make` is kept there. Processes that start at the
 * same time all get the same: a file comes to be complete, under its name, once.
 */
export async function kept(path: string, make: () => string | Promise<string>): Promise<string> {
  const before = await readKept(path);
  if (before !== null) return before;
  await mkdir(dirname(path), { recursive: true });
  await createOnce(path, await make());
  return (await readKept(path)) ?? '';
}

async function readKept(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Writes the file beside its place and links it there, which fails when somebody else was first. */
async function createOnce(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.draft`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${text}\n`);
    await file.sync();
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
}
