import { existsSync } from 'node:fs';
import { findProgram, inCache } from '../../examples/programs.ts';
import { startProgram } from './proxy.ts';
import { CLIENT_ID, SECRET, tour } from './tour.ts';

/** `npm test` builds it here. */
const SHOP = inCache('spring/target/shop.jar');
const JAVA = findProgram('java');

tour(
  {
    name: 'Spring Boot',
    profile: 'spring',
    callback: '/login/oauth2/code/anteroom',
    logout: (origin) => `${origin}/logout`,
    postLogout: (origin) => `${origin}/bye`,
    // A minute is the smallest value that it accepts.
    session: 'JSESSIONID',
    start({ issuer, port }) {
      const client = 'spring.security.oauth2.client';
      const settings = {
        'server.address': '127.0.0.1',
        'server.port': port,
        [`${client}.registration.anteroom.client-id`]: CLIENT_ID,
        [`${client}.registration.anteroom.client-secret`]: SECRET,
        [`${client}.provider.anteroom.issuer-uri`]: issuer,
      };
      const given = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
      return startProgram(JAVA ?? '', ['-XX:TieredStopAtLevel=1', '-jar', SHOP, ...given], port);
    },
  },
  JAVA && existsSync(SHOP) ? undefined : 'no Java on this machine, or no Maven to build it with',
);
