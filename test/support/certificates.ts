/** A certificate authority that only one test knows. Servers and clients get its certificates in files. */
import { execFile as execFileCallback } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { promisify } from 'node:util';

const execFile = promisify(execFileCallback);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** What a program gets: its own certificate, and the authority to trust. */
export interface Tls {
  readonly certificate: Certificate;
  readonly caFile: string;
}

export interface Authority {
  /** The authority's own certificate. */
  readonly caFile: string;
  /** Issues a certificate for a host name or an IPv4 address. */
  issue(host: string): Promise<Certificate>;
  /** Makes the test's own process trust the authority, besides those that it trusts anyway. */
  trustHere(): Promise<void>;
  remove(): Promise<void>;
}

export async function createAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-authority-'));
  // Servers may read the files as another user.
  await chmod(folder, 0o755);
  const openssl = (...args: readonly string[]) => execFile('openssl', args, { cwd: folder });
  const caFile = join(folder, 'ca.pem');
  const authority = ['-subj', '/CN=Authority of a test', '-addext', 'keyUsage=critical,keyCertSign'];
  await openssl('req', '-x509', ...NEW_KEY, '-days', '2', ...authority, '-keyout', 'ca.key', '-out', caFile);

  return {
    caFile,
    async issue(host) {
      const at = join(folder, host);
      // nginx compares an address with the DNS names.
      const names = /^[\d.]+$/.test(host) ? `IP:${host},DNS:${host}` : `DNS:${host}`;
      await writeFile(`${at}.ext`, `basicConstraints=critical,CA:FALSE\nsubjectAltName=${names}\n`);
      await openssl('req', '-new', ...NEW_KEY, '-subj', `/CN=${host}`, '-keyout', `${at}.key`, '-out', `${at}.csr`);
      const signed = ['-CA', caFile, '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${at}.ext`];
      await openssl('x509', '-req', '-in', `${at}.csr`, ...signed, '-out', `${at}.pem`);
      return { certFile: `${at}.pem`, keyFile: `${at}.key` };
    },
    async trustHere() {
      setDefaultCACertificates([...getCACertificates('default'), await readFile(caFile, 'utf8')]);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
