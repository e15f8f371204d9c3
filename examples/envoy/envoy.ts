/** Envoy with a documented configuration in front of a site. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configuration, findProgram, inCache } from '../programs.ts';

/** The path of Envoy; undefined if it is not installed. If ENVOY is set, no other is used. */
export const ENVOY = process.env.ENVOY
  ? findProgram(process.env.ENVOY)
  : findProgram('envoy', inCache('envoy/bin/envoy'));

export interface EnvoySetting {
  readonly issuer: string;
  readonly port: number;
  readonly sitePort: number;
  /** Envoy's port in the documented file. */
  readonly documentedPort: number;
  /** Further text of the documented file and what replaces it. */
  readonly replacements: Readonly<Record<string, string>>;
}

/** Writes the configuration to the folder. Returns Envoy's arguments. */
export function configureEnvoy(folder: string, file: string, setting: EnvoySetting): readonly string[] {
  const { issuer, port, sitePort, documentedPort, replacements } = setting;
  const { protocol, hostname, port: issuerPort } = new URL(issuer);
  const isHttps = protocol === 'https:';
  const tls = / {6}transport_socket:\n(?: {8}.*\n?)+/.exec(configuration(file, {}))?.[0] ?? 'no TLS';
  // Envoy may resolve localhost to ::1, where Anteroom does not listen if the machine has no IPv6.
  const address = hostname === 'localhost' ? '127.0.0.1' : hostname;
  const text = configuration(file, {
    ...(isHttps ? { 'sni: line.example': `sni: ${hostname}` } : { [tls]: '' }),
    'https://line.example': issuer,
    'address: line.example, port_value: 443': `address: ${address}, port_value: ${issuerPort || (isHttps ? 443 : 80)}`,
    [`address: 0.0.0.0, port_value: ${documentedPort}`]: `address: 127.0.0.1, port_value: ${port}`,
    'port_value: 8080': `port_value: ${sitePort}`,
    ...replacements,
  });
  const path = join(folder, 'envoy.yaml');
  writeFileSync(path, text);
  return ['-c', path, '--disable-hot-restart', '--concurrency', '1', '--log-level', 'warning'];
}
