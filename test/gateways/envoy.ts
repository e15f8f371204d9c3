/** Starts Envoy with a documented configuration in front of a site. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tls } from '#support/certificates.ts';
import { configureEnvoy, ENVOY, type EnvoySetting } from '../../examples/envoy/envoy.ts';
import { startProgram } from './proxy.ts';

/** Why it cannot run on this machine; undefined where it can. */
export const noEnvoy = ENVOY ? undefined : 'no envoy on this machine';

/** A replacement: the authority to trust for Anteroom, instead of the system's. */
export const trusting = (caFile: string) => ({ '/etc/ssl/certs/ca-certificates.crt': caFile });

/** Replacements for https towards visitors and Anteroom. */
export const withTls = ({ caFile, certificate: { certFile, keyFile } }: Tls) => ({
  ...trusting(caFile),
  '        - filters:\n': `\
        - transport_socket:
            name: envoy.transport_sockets.tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
              common_tls_context:
                tls_certificates:
                  - certificate_chain: { filename: ${certFile} }
                    private_key: { filename: ${keyFile} }
          filters:
`,
});

/** @param page a page that it answers. */
export async function startEnvoy(file: string, setting: EnvoySetting, page = '/') {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-envoy-'));
  const envoy = await startProgram(ENVOY ?? '', configureEnvoy(folder, file, setting), setting.port, {}, page);
  return {
    async close() {
      await envoy.close();
      await rm(folder, { recursive: true });
    },
  };
}
