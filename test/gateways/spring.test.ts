import { execFile as execFileCallback } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, inCache } from '../../examples/programs.ts';
import { startProgram } from './proxy.ts';
import { CLIENT_ID, SECRET, tour } from './tour.ts';

/** `npm test` builds it here. */
const SHOP = inCache('spring/target/shop.jar');
const JAVA = findProgram('java');
const KEYTOOL = findProgram('keytool');
const execFile = promisify(execFileCallback);

tour(
  {
    name: 'Spring Boot',
    profile: 'spring',
    callback: '/login/oauth2/code/anteroom',
    logout: (origin) => `${origin}/logout`,
    postLogout: (origin) => `${origin}/bye`,
    // A minute is the smallest value that it accepts.
    session: 'JSESSIONID',
    async start({ issuer, port, tls }) {
      const client = 'spring.security.oauth2.client';
      const settings = {
        'server.address': '127.0.0.1',
        'server.port': port,
        [`${client}.registration.anteroom.client-id`]: CLIENT_ID,
        [`${client}.registration.anteroom.client-secret`]: SECRET,
        [`${client}.provider.anteroom.issuer-uri`]: issuer,
      };
      const given = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
      const folder = await mkdtemp(join(tmpdir(), 'anteroom-spring-'));
      const trusted = join(folder, 'trusted.p12');
      const password = 'not-a-secret';
      const store = ['-keystore', trusted, '-storepass', password];
      await execFile(KEYTOOL ?? '', ['-importcert', '-noprompt', '-file', tls?.caFile ?? '', ...store]);
      const trust = [`-Djavax.net.ssl.trustStore=${trusted}`, `-Djavax.net.ssl.trustStorePassword=${password}`];
      const args = ['-XX:TieredStopAtLevel=1', ...trust, '-jar', SHOP, ...given];
      const shop = await startProgram(JAVA ?? '', args, port);
      return {
        async close() {
          await shop.close();
          await rm(folder, { recursive: true });
        },
      };
    },
  },
  JAVA && existsSync(SHOP) ? undefined : 'no Java on this machine, or no Maven to build it with',
);
