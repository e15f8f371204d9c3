/** Programs that the tests require, and how to install them. */
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { apt, canInstall, pathOf } from './machine.ts';

interface Program {
  /** Names on the PATH; one of them suffices. */
  readonly names: readonly string[];
  /** The path of a file that must exist too. */
  readonly file?: string;
  /** The Debian and Ubuntu package. */
  readonly debian: string;
  readonly why: string;
}

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'];
/** Where the tests find it by themselves. */
const DEBIAN_CHROMIUM = '/usr/bin/chromium';

const PROGRAMS: readonly Program[] = [
  { names: ['redis-server'], debian: 'redis-server', why: 'the tests of the Redis store' },
  { names: ['redis-cli'], debian: 'redis-tools', why: 'makes a cluster for the tests' },
  { names: ['openssl'], debian: 'openssl', why: 'makes certificates for the tests' },
  { names: ['nginx'], debian: 'nginx-light', why: 'the tests of the gate' },
  {
    names: ['nginx'],
    file: '/usr/lib/nginx/modules/ngx_http_js_module.so',
    debian: 'libnginx-mod-http-js',
    why: 'the tests of nginx as a relying party',
  },
  { names: ['haproxy'], debian: 'haproxy', why: 'the tests of the gate' },
  { names: ['caddy'], debian: 'caddy', why: 'the tests of the gate' },
  {
    names: ['apache2'],
    file: '/usr/lib/apache2/modules/mod_auth_openidc.so',
    debian: 'libapache2-mod-auth-openidc',
    why: 'the tests of Apache as a relying party',
  },
  { names: CHROMIUM, debian: 'chromium', why: 'the tests of the pages; CHROMIUM may name its path' },
];

/** Ubuntu has no such package. The tests do without it. */
const HEADLESS_SHELL: Program = {
  names: ['chromium-headless-shell'],
  debian: 'chromium-headless-shell',
  why: 'the tests of the pages, in half the time',
};

/** Files need not be on the disk before the next package is unpacked. */
const INSTALL = ['install', '--yes', '--no-install-recommends', '--option', 'Dpkg::Options::=--force-unsafe-io'];

const POLICY = '/usr/sbin/policy-rc.d';

/** The path of the browser; undefined if the tests find it by themselves. */
export function findChromium(): string | undefined {
  const path = process.env.CHROMIUM ?? CHROMIUM.map(pathOf).find((each) => each !== undefined);
  return path === DEBIAN_CHROMIUM ? undefined : path;
}

/**
 * Whether the programs are installed. As root on Debian or Ubuntu it installs the missing ones. It names those that
 * are still missing.
 */
export async function requirePrograms(): Promise<boolean> {
  const missing = missingOf(PROGRAMS);
  if (missing.length === 0) return true;
  if (canInstall()) await installAll([...missing, ...missingOf([HEADLESS_SHELL])]);
  const still = missingOf(missing);
  if (still.length === 0) return true;
  console.error('The tests need programs that are not installed:');
  for (const { names, debian, why } of still) {
    console.error(`  ${names.join(' or ')} for ${why} (Debian package ${debian})`);
  }
  console.error('Install them, or run this as root on Debian or Ubuntu, which installs them.');
  return false;
}

const missingOf = (programs: readonly Program[]) =>
  programs.filter(
    ({ names, file }) =>
      !(names === CHROMIUM && process.env.CHROMIUM) &&
      !(names.some(pathOf) && (file === undefined || existsSync(file))),
  );

async function installAll(programs: readonly Program[]): Promise<void> {
  // The tests start their own servers, so packages must not start theirs.
  const policy = !existsSync(POLICY);
  if (policy) {
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
    chmodSync(POLICY, 0o755);
  }
  try {
    const packages = programs.map(({ debian }) => debian);
    await apt(['update']);
    if (await apt([...INSTALL, ...packages])) return;
    // One at a time: a package that cannot be had must not prevent the others.
    for (const each of packages) await apt([...INSTALL, each]);
  } finally {
    if (policy) rmSync(POLICY, { force: true });
  }
}
