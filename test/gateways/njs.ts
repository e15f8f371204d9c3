/** nginx as a relying party, with the files of deploy/relying-parties/nginx. */
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tls } from '#support/certificates.ts';
import { freePort } from '#support/ports.ts';
import { configuration, findProgram } from '../../examples/programs.ts';
import { startProgram } from './proxy.ts';
import { say, serve } from './stand-ins/http.ts';
import { CLIENT_ID, LOGIN_WINDOW, type RelyingPartySetting, SECRET } from './tour.ts';

const NGINX = findProgram(process.env.NGINX, '/usr/sbin/nginx');
const hasModule = existsSync('/usr/lib/nginx/modules/ngx_http_js_module.so');
const SCRIPT = join(import.meta.dirname, '../../deploy/relying-parties/nginx/oidc.js');

/** Why it cannot run on this machine; undefined where it can. */
export const missing = NGINX && hasModule ? undefined : 'no nginx with njs on this machine';

/** Replacements for https towards visitors and Anteroom. */
const withTls = ({ caFile, certificate: { certFile, keyFile } }: Tls, port: number) => ({
  '/etc/ssl/certs/ca-certificates.crt': caFile,
  [`listen 127.0.0.1:${port}`]: `listen 127.0.0.1:${port} ssl; ssl_certificate ${certFile}; ssl_certificate_key ${keyFile}`,
});

/** In front of a site that answers "inside" and the number that it got from nginx. */
export async function startNjs({ issuer, port, origin, tls }: RelyingPartySetting, key = 'k'.repeat(32)) {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-njs-'));
  const sitePort = await freePort();
  const site = await serve(sitePort, ({ req, res }) =>
    say(res, 200, `inside with ${req.headers['x-anteroom-number']}`),
  );
  const conf = configuration('nginx/nginx.conf', {
    'set $oidc_issuer https://line.example': `set $oidc_issuer ${issuer}`,
    'set $oidc_site https://shop.example': `set $oidc_site ${origin}`,
    'client_id shop': `client_id ${CLIENT_ID}`,
    'client_secret change-me': `client_secret ${SECRET}`,
    'change-me-too': key,
    'login_window 90': `login_window ${LOGIN_WINDOW}`,
    'listen 80': `listen 127.0.0.1:${port}`,
    ...(tls && withTls(tls, port)),
    '127.0.0.1:8080': `127.0.0.1:${sitePort}`,
  });
  await writeFile(join(folder, 'nginx.conf'), conf);
  await copyFile(SCRIPT, join(folder, 'oidc.js'));
  const here = `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;`;
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log'), '-g', here];
  const nginx = await startProgram(NGINX ?? '', args, port, {}, `${origin}/bye`);
  return {
    async close() {
      await nginx.close();
      await site.close();
      await rm(folder, { recursive: true });
    },
  };
}
