/** Apache with mod_auth_openidc and the documented configuration, in front of a page. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configuration, findProgram } from './programs.ts';
import { startProgram } from './proxy.ts';
import type { RelyingPartySetting, RunningRelyingParty } from './tour.ts';

const APACHE = findProgram(process.env.APACHE, '/usr/sbin/apache2');
const FOLDER_OF_MODULES = '/usr/lib/apache2/modules';
const hasModule = existsSync(`${FOLDER_OF_MODULES}/mod_auth_openidc.so`);
const MODULES = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'rewrite', 'dir', 'mime', 'auth_openidc'];

/** Why it cannot run on this machine; undefined where it can. */
export const noApache = APACHE && hasModule ? undefined : 'no apache2 with mod_auth_openidc on this machine';

/** @param replacements text of the documented file and what replaces it. */
export async function startApache(
  { issuer, port, origin }: RelyingPartySetting,
  replacements: Readonly<Record<string, string>>,
): Promise<RunningRelyingParty> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-apache-'));
  // Its workers run as another user.
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'site'));
  await writeFile(join(folder, 'site/index.html'), 'inside');
  const site = configuration('apache/anteroom.conf', {
    'https://line.example': issuer,
    'https://shop.example': origin,
    ...replacements,
  });
  const main = [
    `ServerRoot ${folder}`,
    'ServerName 127.0.0.1',
    `Listen 127.0.0.1:${port}`,
    `PidFile ${folder}/pid`,
    `ErrorLog ${folder}/error.log`,
    `DefaultRuntimeDir ${folder}`,
    ...MODULES.map((name) => `LoadModule ${name}_module ${FOLDER_OF_MODULES}/mod_${name}.so`),
    ...(process.getuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
    `DocumentRoot ${folder}/site`,
    'TypesConfig /etc/mime.types',
    'FallbackResource /index.html',
    site,
  ].join('\n');
  await writeFile(join(folder, 'apache.conf'), main);
  const apache = await startProgram(APACHE ?? '', ['-f', join(folder, 'apache.conf'), '-DFOREGROUND'], port);
  return {
    async close() {
      await apache.close();
      await rm(folder, { recursive: true });
    },
  };
}
