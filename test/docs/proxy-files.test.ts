/** Every shipped and documented file of a proxy is valid, as it stands, for the proxy itself. */
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APACHE } from '../../examples/apache/apache.ts';
import { ENVOY } from '../../examples/envoy/envoy.ts';
import { blocksOf, pages } from './pages.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anteroom-proxy-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a program. Answers its exit code, with its output where that is not 0. */
function run(program: string, args: readonly string[]): Promise<string> {
  // Nothing of this environment may complete a file.
  const env = { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  return new Promise((done) => {
    execFile(program, args, { env }, (error, stdout, stderr) =>
      done(error ? `${error.code}: ${stdout}${stderr}` : '0'),
    );
  });
}

/** Writes a file of its own for `text`. */
async function written(text: string): Promise<string> {
  const path = join(await mkdtemp(join(folder, 'file-')), 'proxy.conf');
  await writeFile(path, text);
  return path;
}

/** Names that only the operator's network resolves. nginx looks them up when it reads its file. */
const withoutNames = (text: string) => text.replaceAll(/\b(?:anteroom-\d|shop)(?=:\d)/g, '127.0.0.1');

const shipped = (pattern: string): string[] => globSync(pattern).sort();
const documented = (language: string) =>
  [...pages].flatMap(([path, page]) => blocksOf(page, language).map((block) => [path, block] as const));

/** The parts of nginx.conf around a block that stands in `http` or in `server`. */
const asNginx = (block: string) => {
  const inServer = /^location /m.test(block)
    ? `upstream anteroom { server 127.0.0.1:3000; }\nserver {\nlisten 8080;\n${block}}\n`
    : block;
  return `events {}\nhttp {\n${inServer}}\n`;
};

describe('nginx', () => {
  test.each(shipped('deploy/**/nginx.conf'))('accepts %s', async (path) => {
    const copy = join(await mkdtemp(join(folder, 'nginx-')), basename(dirname(path)));
    await cp(dirname(path), copy, { recursive: true, filter: (source) => !/helm|kubernetes/.test(source) });
    const file = join(copy, 'nginx.conf');
    await writeFile(file, withoutNames(await readFile(path, 'utf8')));
    expect(await run('nginx', ['-t', '-q', '-p', copy, '-e', 'stderr', '-c', file])).toBe('0');
  });

  test.each(documented('nginx'))('accepts the block in %s', async (_path, block) => {
    expect(await run('nginx', ['-t', '-q', '-e', 'stderr', '-c', await written(asNginx(block))])).toBe('0');
  });
});

test.each(shipped('deploy/**/haproxy.cfg'))('HAProxy accepts %s, started from any folder', async (path) => {
  expect(await run('haproxy', ['-c', '-f', resolve(path)])).toBe('0');
});

test.each(shipped('deploy/**/Caddyfile'))('Caddy accepts %s', async (path) => {
  expect(await run('caddy', ['validate', '--adapter', 'caddyfile', '--config', path])).toBe('0');
});

describe.skipIf(!APACHE)('Apache with mod_auth_openidc', () => {
  const MODULES = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'auth_openidc'];
  /** What Debian's own files contain around it. */
  const around = async (text: string) => {
    const root = await mkdtemp(join(folder, 'apache-'));
    for (const name of ['html', 'logs']) await mkdir(join(root, name));
    const load = MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
    return [
      `ServerRoot ${root}`,
      `DocumentRoot ${root}/html`,
      'ServerName shop.example',
      'Listen 8080',
      ...load,
      text,
    ].join('\n');
  };

  test.each(shipped('deploy/relying-parties/apache/*.conf'))('accepts %s', async (path) => {
    const file = await written(await around(await readFile(path, 'utf8')));
    expect(await run(APACHE ?? '', ['-t', '-f', file])).toBe('0');
  });

  test.each(documented('apache'))(
    'accepts the block in %s, instead of the same settings of the file',
    async (_path, block) => {
      const shippedFile = await readFile('deploy/relying-parties/apache/anteroom.conf', 'utf8');
      const file = await written(await around(`${shippedFile}\n${block}`));
      expect(await run(APACHE ?? '', ['-t', '-f', file])).toBe('0');
    },
  );
});

describe.skipIf(!ENVOY)('Envoy', () => {
  test.each(shipped('deploy/**/envoy.yaml'))('accepts %s', async (path) => {
    expect(await run(ENVOY ?? '', ['--mode', 'validate', '-l', 'error', '-c', path])).toBe('0');
  });
});

test('finds a file that its proxy refuses', async () => {
  const file = await written('events {}\nhttp { server { listen 8080; proxy_passs http://127.0.0.1; } }\n');
  expect(await run('nginx', ['-t', '-q', '-e', 'stderr', '-c', file])).toContain('unknown directive "proxy_passs"');
});
