/** Relying parties that the tests build from source, once, where the machine has what that takes. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = 'node_modules/.cache/anteroom';

const OAUTH2_PROXY = { module: 'github.com/oauth2-proxy/oauth2-proxy/v7', version: 'v7.15.4' };

/** oauth2-proxy is in no Debian; the Go module proxy has its source. Without it a stand-in takes the tour. */
export function tryForOauth2Proxy(): void {
  const folder = join(CACHE, 'oauth2-proxy');
  const program = join(folder, 'oauth2-proxy');
  if (process.env.OAUTH2_PROXY || existsSync(program)) return;
  const go = ['go', '/usr/local/go/bin/go'].find((command) => answers(command, 'version'));
  const { module, version } = OAUTH2_PROXY;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const run = (...args: readonly string[]) => go !== undefined && tell(folder, go, ...args);
  // A module of its own, so that the version's own requirements are what is built; whole, or not there.
  const done =
    run('mod', 'init', 'anteroom.example/oauth2-proxy') &&
    run('get', '-tool', `${module}@${version}`) &&
    run('build', '-o', 'oauth2-proxy.new', module);
  if (done) {
    renameSync(join(folder, 'oauth2-proxy.new'), program);
    return;
  }
  rmSync(folder, { recursive: true, force: true });
  console.error('oauth2-proxy cannot be built here (Go and its module proxy are needed): a stand-in is tested.');
}

/** The Spring Boot application of deploy/, built anew when it changed. Its test is skipped without it, by name. */
export function tryForSpring(): void {
  const source = 'deploy/relying-parties/spring';
  const folder = join(CACHE, 'spring');
  const program = join(folder, 'shop.jar');
  if (existsSync(program) && changedAt(source) < statSync(program).mtimeMs) return;
  rmSync(folder, { recursive: true, force: true });
  // Maven builds beside the sources: beside a copy of them.
  cpSync(source, folder, { recursive: true });
  const done =
    answers('java', '-version') && answers('mvn', '-version') && tell(folder, 'mvn', '-B', '-q', '-ntp', 'package');
  if (done) {
    renameSync(join(folder, 'target/shop.jar'), program);
    return;
  }
  rmSync(folder, { recursive: true, force: true });
  console.error('Spring Boot is not to be had here (Java 17 and Maven are needed): its tests are skipped.');
}

const changedAt = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true }).map(
      (entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs,
    ),
  );

function answers(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Runs a command in a folder, and says so; whether it did well. Standard output is for results. */
function tell(folder: string, command: string, ...args: readonly string[]): boolean {
  console.error(`> ${command} ${args.join(' ')}`);
  // Needs no C compiler, and is the same with and without one.
  const env = { ...process.env, CGO_ENABLED: '0' };
  return spawnSync(command, args, { cwd: folder, env, stdio: ['ignore', 2, 2] }).status === 0;
}
