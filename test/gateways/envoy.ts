/** Starts Envoy with a documented configuration in front of a site. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configureEnvoy, ENVOY, type EnvoySetting } from '../../examples/envoy/envoy.ts';
import { startProgram } from './proxy.ts';

/** Why it cannot run on this machine; undefined where it can. */
export const noEnvoy = ENVOY ? undefined : 'no envoy on this machine';

export async function startEnvoy(file: string, setting: EnvoySetting) {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-envoy-'));
  const envoy = await startProgram(ENVOY ?? '', configureEnvoy(folder, file, setting), setting.port);
  return {
    async close() {
      await envoy.close();
      await rm(folder, { recursive: true });
    },
  };
}
