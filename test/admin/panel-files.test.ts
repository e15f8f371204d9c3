import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Koa, { type Middleware } from 'koa';
import request from 'supertest';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPanel } from '#admin/panel/index.ts';
import { listen } from '#support/listen.ts';

let folder: string;
let close = async (): Promise<void> => undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anteroom-panel-'));
});
afterEach(async () => {
  await close();
  await rm(folder, { recursive: true });
});

async function serve(): Promise<string> {
  const pages = { page: (_: unknown, __: string, data: object) => JSON.stringify(data) };
  const app = new Koa().use(createPanel({ folder, pages }).routes() as Middleware);
  app.silent = true;
  const listening = await listen(app);
  close = listening.close;
  return listening.url;
}

const filesOf = async (url: string): Promise<{ script: string; style: string }> =>
  JSON.parse((await request(url).get('/admin/').expect(200)).text);

test('the panel is bundled when it is opened, and again when a source has changed', async () => {
  await writeFile(join(folder, 'main.tsx'), "import './style.css'; document.title = 'one';");
  await writeFile(join(folder, 'style.css'), 'p { color: red }');
  const url = await serve();
  const first = await filesOf(url);
  const script = await request(url).get(`/admin/${first.script}`).expect(200);
  expect([script.type, script.headers['cache-control']]).toEqual([
    'text/javascript',
    'public, max-age=31536000, immutable',
  ]);
  expect(await filesOf(url)).toEqual(first);

  await writeFile(join(folder, 'main.tsx'), "import './style.css'; document.title = 'two';");
  await utimes(join(folder, 'main.tsx'), 1, 1);
  const second = await filesOf(url);
  expect(second.script).not.toBe(first.script);
  expect(second.style).toBe(first.style);
  // A page of a moment ago still finds its own script.
  await request(url).get(`/admin/${first.script}`).expect(200);
  await request(url).get('/admin/files/panel.000000000000.js').expect(404);
});

test('a source that cannot be bundled is an error each time, until it is repaired', async () => {
  await writeFile(join(folder, 'main.tsx'), 'this is no program (');
  const url = await serve();
  await request(url).get('/admin/').expect(500);
  await writeFile(join(folder, 'main.tsx'), "import './style.css'; document.title = 'one';");
  await writeFile(join(folder, 'style.css'), 'p { color: red }');
  await request(url).get('/admin/').expect(200);
});

test('the image serves what was bundled when it was made, without sources', async () => {
  await mkdir(join(folder, 'bundled'));
  await writeFile(join(folder, 'bundled/panel.js'), 'made before');
  await writeFile(join(folder, 'bundled/panel.css'), 'p { color: red }');
  const url = await serve();
  const { script } = await filesOf(url);
  expect((await request(url).get(`/admin/${script}`).expect(200)).text).toBe('made before');
});
