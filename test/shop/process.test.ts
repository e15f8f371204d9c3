import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { programEnvironment } from '#support/program-environment.ts';

const MAIN = fileURLToPath(new URL('../../examples/shop/main.ts', import.meta.url));

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
}

function run(env: Readonly<Record<string, string>>): Run {
  const child = spawn(process.execPath, [MAIN], { env: { ...programEnvironment(), ...env } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += String(chunk)));
  return { child, output: () => text };
}

describe('the shop as a process', () => {
  it('prints its URL when it is ready, without an identity provider, and stops on SIGTERM', async () => {
    const { child, output } = run({ SHOP_PORT: '0', ISSUER: 'http://127.0.0.1:9' });
    await once(child.stdout ?? child, 'data');
    const line = output();
    expect(line).toMatch(/^The shop is open at http:\/\/localhost:\d+ .*\n$/);
    const url = /http:\/\/localhost:\d+/.exec(line)?.[0] ?? '';
    expect(await (await fetch(url)).text()).toContain('does not answer');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(output()).toBe(line);
  });

  it('says what to do if its port is taken', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { child, output } = run({ SHOP_PORT: String(port) });
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(output()).toContain(`Port ${port} is taken`);
    other.close();
  });

  it('reports every fault of its environment at once', async () => {
    const { child, output } = run({ SHOP_PORT: '99999', ISSUER: 'localhost', SHOP_URL: 'shop' });
    expect(await once(child, 'close')).toEqual([1, null]);
    for (const name of ['SHOP_PORT', 'ISSUER', 'SHOP_URL']) expect(output()).toContain(name);
  });
});
