import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configuration, findProgram } from './programs.ts';
import { startProgram } from './proxy.ts';
import { CLIENT_ID, LOGIN_WINDOW, SECRET, tour } from './tour.ts';

const APACHE = findProgram(process.env.APACHE, '/usr/sbin/apache2');
const MODULES = '/usr/lib/apache2/modules';
const hasModule = existsSync(`${MODULES}/mod_auth_openidc.so`);

tour(
  {
    name: 'Apache with mod_auth_openidc',
    profile: 'mod-auth-openidc',
    callback: '/oauth2/callback',
    logout: (origin) => `${origin}/oauth2/callback?logout=${encodeURIComponent(`${origin}/bye`)}`,
    postLogout: (origin) => `${origin}/bye`,
    async start({ issuer, port, origin }) {
      const folder = await mkdtemp(join(tmpdir(), 'anteroom-apache-'));
      // Its workers are somebody else.
      await chmod(folder, 0o755);
      await mkdir(join(folder, 'site'));
      await writeFile(join(folder, 'site/index.html'), 'inside');
      const site = configuration('apache/anteroom.conf', {
        'https://line.example': issuer,
        'https://shop.example': origin,
        'OIDCClientID shop': `OIDCClientID ${CLIENT_ID}`,
        'OIDCClientSecret change-me': `OIDCClientSecret ${SECRET}`,
        'OIDCStateTimeout 300': `OIDCStateTimeout ${LOGIN_WINDOW}`,
      });
      const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'rewrite', 'dir', 'mime', 'auth_openidc'];
      const main = [
        `ServerRoot ${folder}`,
        'ServerName 127.0.0.1',
        `Listen 127.0.0.1:${port}`,
        `PidFile ${folder}/pid`,
        `ErrorLog ${folder}/error.log`,
        `DefaultRuntimeDir ${folder}`,
        ...modules.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
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
    },
  },
  APACHE && hasModule ? undefined : 'no apache2 with mod_auth_openidc on this machine',
);
