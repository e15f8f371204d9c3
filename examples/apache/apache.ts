/** Apache with mod_auth_openidc and the documented configuration, in front of a site. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configuration, findProgram } from '../programs.ts';

const FOLDER_OF_MODULES = '/usr/lib/apache2/modules';
const MODULES = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'auth_openidc', 'proxy', 'proxy_http'];

/** The path of Apache; undefined if it or the module is not installed. If APACHE is set, no other is used. */
export const APACHE = existsSync(`${FOLDER_OF_MODULES}/mod_auth_openidc.so`)
  ? findProgram(process.env.APACHE || '/usr/sbin/apache2')
  : undefined;

export interface ApacheSetting {
  readonly issuer: string;
  readonly port: number;
  /** The origin that visitors use. */
  readonly origin: string;
  readonly sitePort: number;
  /** Further text of the documented file and what replaces it. */
  readonly replacements: Readonly<Record<string, string>>;
}

/** Writes the configuration to the folder, with a public page /bye. Returns Apache's arguments. */
export function configureApache(folder: string, setting: ApacheSetting): readonly string[] {
  const { issuer, port, origin, sitePort, replacements } = setting;
  // Its workers run as another user.
  chmodSync(folder, 0o755);
  const lines = [
    `ServerRoot ${folder}`,
    `ServerName ${new URL(origin).hostname}`,
    `Listen 127.0.0.1:${port}`,
    `PidFile ${folder}/pid`,
    `ErrorLog ${folder}/error.log`,
    `DefaultRuntimeDir ${folder}`,
    ...MODULES.map((name) => `LoadModule ${name}_module ${FOLDER_OF_MODULES}/mod_${name}.so`),
    ...(process.getuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
    'ProxyPass /oauth2/ !',
    `ProxyPass / http://127.0.0.1:${sitePort}/`,
    configuration('apache/anteroom.conf', {
      'https://line.example': issuer,
      'https://shop.example': origin,
      ...replacements,
    }),
    '<Location /bye>',
    'Require all granted',
    '</Location>',
    '',
  ];
  const path = join(folder, 'apache.conf');
  writeFileSync(path, lines.join('\n'));
  return ['-f', path, '-DFOREGROUND'];
}
