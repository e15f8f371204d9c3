/** An earlier version of the service, from the history of this repository. */
import { execFile as execFileCallback } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execFile = promisify(execFileCallback);

export interface EarlierVersion {
  /** The file that starts it. */
  readonly main: string;
  remove(): Promise<void>;
}

/** Whether the commit is here: a shallow clone does not have it. */
export function hasCommit(commit: string): Promise<boolean> {
  return execFile('git', ['cat-file', '-e', `${commit}^{commit}`]).then(
    () => true,
    () => false,
  );
}

/** Unpacks a commit into a folder of its own, where it runs with the packages that are installed here. */
export async function unpackCommit(commit: string): Promise<EarlierVersion> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-earlier-'));
  const archive = join(folder, 'archive.tar');
  await execFile('git', ['archive', '--format=tar', '-o', archive, commit]);
  await execFile('tar', ['-xf', archive, '-C', folder]);
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  return { main: join(folder, 'src/main.ts'), remove: () => rm(folder, { recursive: true, force: true }) };
}
