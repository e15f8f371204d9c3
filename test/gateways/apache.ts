/** Starts Apache with mod_auth_openidc and the documented configuration, in front of a site that answers "inside". */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tls } from '#support/certificates.ts';
import { freePort } from '#support/ports.ts';
import { APACHE, configureApache } from '../../examples/apache/apache.ts';
import { startProgram } from './proxy.ts';
import { say, serve } from './stand-ins/http.ts';
import type { RelyingPartySetting, RunningRelyingParty } from './tour.ts';

/** Why it cannot run on this machine; undefined where it can. */
export const noApache = APACHE ? undefined : 'no apache2 with mod_auth_openidc on this machine';

/** Replacements for https towards visitors and Anteroom. */
const withTls = ({ caFile, certificate: { certFile, keyFile } }: Tls) => ({
  '<Location />': [
    `OIDCCABundlePath ${caFile}`,
    'LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so',
    'SSLEngine on',
    `SSLCertificateFile ${certFile}`,
    `SSLCertificateKeyFile ${keyFile}`,
    '<Location />',
  ].join('\n'),
});

/** @param replacements text of the documented file and what replaces it. */
export async function startApache(
  setting: RelyingPartySetting,
  replacements: Readonly<Record<string, string>>,
): Promise<RunningRelyingParty> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-apache-'));
  const sitePort = await freePort();
  const site = await serve(sitePort, ({ res }) => say(res, 200, 'inside'));
  const tls = setting.tls ? withTls(setting.tls) : {};
  const args = configureApache(folder, { ...setting, sitePort, replacements: { ...replacements, ...tls } });
  const apache = await startProgram(APACHE ?? '', args, setting.port, {}, `${setting.origin}/bye`);
  return {
    async close() {
      await apache.close();
      await site.close();
      await rm(folder, { recursive: true });
    },
  };
}
