/** Starts Apache with mod_auth_openidc and the documented configuration, in front of a site that answers "inside". */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#support/ports.ts';
import { APACHE, configureApache } from '../../examples/apache/apache.ts';
import { startProgram } from './proxy.ts';
import { say, serve } from './stand-ins/http.ts';
import type { RelyingPartySetting, RunningRelyingParty } from './tour.ts';

/** Why it cannot run on this machine; undefined where it can. */
export const noApache = APACHE ? undefined : 'no apache2 with mod_auth_openidc on this machine';

/** @param replacements text of the documented file and what replaces it. */
export async function startApache(
  setting: RelyingPartySetting,
  replacements: Readonly<Record<string, string>>,
): Promise<RunningRelyingParty> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-apache-'));
  const sitePort = await freePort();
  const site = await serve(sitePort, ({ res }) => say(res, 200, 'inside'));
  const args = configureApache(folder, { ...setting, sitePort, replacements });
  const apache = await startProgram(APACHE ?? '', args, setting.port);
  return {
    async close() {
      await apache.close();
      await site.close();
      await rm(folder, { recursive: true });
    },
  };
}
