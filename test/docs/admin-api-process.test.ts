/** Sends every documented request of the admin API, as it stands, to a process. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freePort } from '#support/ports.ts';
import { ADMIN_TOKEN, createFolder, environment, type Folder, ready } from '../service/process.ts';
import { blocksOf, pages } from './pages.ts';

const run = promisify(execFile);
const [settings = '', ...blocks] = blocksOf(pages.get('docs/admin-api.md') ?? '', 'sh');
const commands = blocks
  .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
  .map((line) => line.trim())
  .filter((line) => line.startsWith('curl '));

let folder: Folder;
let url: string;
beforeAll(async () => {
  folder = await createFolder();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  await folder.write('anteroom.yaml', 'rooms: [{ id: demo }]\n');
  await mkdir(join(folder.path, 'keys'));
  await folder.write('keys/admin-token', ADMIN_TOKEN);
  await ready(folder.run(await environment(folder, port)), url);
});
afterAll(() => folder?.remove());

const put = (path: string, body: unknown) =>
  fetch(`${url}/admin/v1${path}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

// What the page assumes: a room with an event, and a relying party.
beforeEach(async () => {
  const day = 24 * 60 * 60_000;
  const at = (days: number) => new Date(Date.now() + days * day).toISOString();
  const events = [{ id: 'opening', prequeue_start: at(-1), start: at(1), end: at(2) }];
  expect((await put('/rooms/sale', { events })).ok).toBe(true);
  const party = { client_secret: 'change-me', room: 'demo', redirect_uris: ['https://app.example/callback'] };
  expect((await put('/relying-parties/app', party)).ok).toBe(true);
});

/** Refusals that the text in the command explains, such as a time that has passed or the `…` of an ETag. */
const EXPECTED: readonly [part: string, statuses: readonly number[]][] = [
  ['If-Match: "…"', [412]],
  ['/postpone', [200, 400]],
  ['/keys', [200, 409]],
  // The code is made up.
  ['/visitors/1204/restore', [404]],
];

test('the page has commands', () => {
  expect(commands.length).toBeGreaterThan(20);
});

test.each(commands)('%s', async (command) => {
  const shell = `${settings}
    curl() { command curl -sS -o answer -w '%{http_code}' "\${@//http:\\/\\/localhost:3000/${url.replaceAll('/', '\\/')}}"; }
    ${command}`;
  const { stdout } = await run('bash', ['-c', shell], { cwd: folder.path });
  const expected = EXPECTED.find(([part]) => command.includes(part))?.[1] ?? [200, 201, 202, 204];
  const { stdout: answer } = await run('cat', ['answer'], { cwd: folder.path }).catch(() => ({ stdout: '' }));
  expect(expected, answer).toContain(Number(stdout));
});
