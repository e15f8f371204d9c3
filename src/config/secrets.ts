/**
 * Secrets that are not configured. They are created at the first start and kept in `keys/`, readable by the owner only.
 * Several machines need the same ones: set ADMIN_TOKEN, COOKIE_KEYS and JWKS_FILE.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A random text of 256 bits, without characters that a header or a list could not contain. */
export const randomSecret = (): string => randomBytes(32).toString('base64url');

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/**
 * Reads the text at `path`, or creates the file with the text of `make`. Processes that start at the same time all get
 * the same text, because the file appears under its name once, and complete.
 */
export async function kept(path: string, make: () => string | Promise<string>): Promise<string> {
  const before = await readKept(path);
  if (before !== null) return before;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await createOnce(path, await make());
  return (await readKept(path)) ?? '';
}

/** Null if there is no file at `path`. */
export async function readKept(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Writes a draft beside the path and links it, which fails if another process was first. */
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
