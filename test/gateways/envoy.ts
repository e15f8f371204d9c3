/** Envoy with a documented configuration in front of a site; it reaches Anteroom over http in these tests. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configuration, findProgram, inCache } from './programs.ts';
import { startProgram } from './proxy.ts';

const ENVOY = findProgram(process.env.ENVOY, 'envoy', inCache('envoy/bin/envoy'));

/** Why it cannot run on this machine; undefined where it can. */
export const noEnvoy = ENVOY ? undefined : 'no envoy on this machine';

export interface EnvoySetting {
  readonly issuer: string;
  readonly port: number;
  readonly sitePort: number;
  /** Envoy's port in the documented file. */
  readonly documentedPort: number;
  /** Further text of the documented file and what replaces it. */
  readonly replacements: Readonly<Record<string, string>>;
}

export async function startEnvoy(file: string, setting: EnvoySetting) {
  const { issuer, port, sitePort, documentedPort, replacements } = setting;
  const tls = / {6}transport_socket:\n(?: {8}.*\n?)+/.exec(configuration(file, {}))?.[0] ?? 'no TLS';
  const { hostname, port: issuerPort } = new URL(issuer);
  const text = configuration(file, {
    [tls]: '',
    'https://line.example': issuer,
    'address: line.example, port_value: 443': `address: ${hostname}, port_value: ${issuerPort}`,
    [`address: 0.0.0.0, port_value: ${documentedPort}`]: `address: 127.0.0.1, port_value: ${port}`,
    'port_value: 8080': `port_value: ${sitePort}`,
    ...replacements,
  });
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-envoy-'));
  const path = join(folder, 'envoy.yaml');
  await writeFile(path, text);
  const args = ['-c', path, '--disable-hot-restart', '--concurrency', '1', '--log-level', 'warning'];
  const envoy = await startProgram(ENVOY ?? '', args, port);
  return {
    async close() {
      await envoy.close();
      await rm(folder, { recursive: true });
    },
  };
}
