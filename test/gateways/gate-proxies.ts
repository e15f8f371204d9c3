/** The proxies that use the gate, each with its file of deploy/gate/. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { freePort } from '#support/ports.ts';
import { type RunningProxy, startProgram } from './proxy.ts';
import { type ForwardAuth, startTraefik } from './traefik.ts';

/** Ports of Anteroom and of the site on 127.0.0.1. */
export interface Behind {
  readonly anteroom: number;
  readonly site: number;
  /** That of the proxy. Default: a free one. */
  readonly port?: number;
}

/** Edits a configuration file as its comments say. */
export type Edit = (text: string, file: string) => string;

export type StartProxy = (behind: Behind, edit?: Edit) => Promise<RunningProxy>;

const asShipped: Edit = (text) => text;

/** Copies files of deploy/gate/ into a temporary folder, which is removed when the proxy closes. */
async function withFiles(
  names: readonly string[],
  edit: Edit,
  port: number | undefined,
  start: (folder: string, port: number) => Promise<RunningProxy>,
): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-gate-'));
  for (const name of names) {
    await writeFile(join(folder, name), edit(await readFile(resolve('deploy/gate', name), 'utf8'), name));
  }
  const proxy = await start(folder, port ?? (await freePort()));
  return {
    port: proxy.port,
    async close() {
      await proxy.close();
      await rm(folder, { recursive: true });
    },
  };
}

export const startNginx: StartProxy = ({ anteroom, site, ...own }, edit = asShipped) =>
  withFiles(['nginx.conf'], edit, own.port, async (folder, port) => {
    const path = join(folder, 'nginx.conf');
    // nginx reads no environment variables, so the addresses in the file are replaced.
    const conf = (await readFile(path, 'utf8'))
      .replace('127.0.0.1:3000;', `127.0.0.1:${anteroom};`)
      .replace('127.0.0.1:8080;', `127.0.0.1:${site};`)
      .replace('listen 80;', `listen 127.0.0.1:${port};`);
    await writeFile(path, conf);
    const here = `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;`;
    return startProgram(
      '/usr/sbin/nginx',
      ['-p', folder, '-c', path, '-e', join(folder, 'error.log'), '-g', here],
      port,
    );
  });

export const startCaddy: StartProxy = ({ anteroom, site, ...own }, edit = asShipped) =>
  withFiles(['Caddyfile'], edit, own.port, (folder, port) =>
    startProgram('caddy', ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')], port, {
      SITE_ADDRESS: `http://127.0.0.1:${port}`,
      ANTEROOM: `127.0.0.1:${anteroom}`,
      SITE: `127.0.0.1:${site}`,
      CADDY_ADMIN: `unix/${folder}/admin.sock`,
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      XDG_DATA_HOME: folder,
    }),
  );

export const startHaproxy: StartProxy = ({ anteroom, site, ...own }, edit = asShipped) =>
  withFiles(['haproxy.cfg', 'haproxy-gate.lua'], edit, own.port, (folder, port) =>
    startProgram('/usr/sbin/haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')], port, {
      ANTEROOM: `http://127.0.0.1:${anteroom}`,
      SITE: `127.0.0.1:${site}`,
      BIND: `127.0.0.1:${port}`,
    }),
  );

/** A stand-in: Debian has no package of Traefik. */
export const startTraefikStandIn: StartProxy = async ({ anteroom, site, port }) => {
  const { http } = parse(await readFile('deploy/gate/traefik.yaml', 'utf8')) as {
    http: { middlewares: { anteroom: { forwardAuth: ForwardAuth } } };
  };
  const { forwardAuth } = http.middlewares.anteroom;
  const address = forwardAuth.address.replace(/:\d+/, `:${anteroom}`);
  return startTraefik(port ?? (await freePort()), { ...forwardAuth, address }, `http://127.0.0.1:${site}`);
};
