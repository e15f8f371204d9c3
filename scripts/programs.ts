/** Programs that the tests cannot do without, and where to get those that are missing. */
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { apt, canInstall, pathOf } from './machine.ts';

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
  if (canInstall()) installAll(missing);
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
