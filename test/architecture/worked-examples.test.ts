/** The worked examples of CONTRIBUTING.md, added to a copy of the source: each is its files and a line in each list. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

type Edits = Readonly<Record<string, readonly (readonly [text: string, replacement: string])[]>>;

const after = (text: string, line: string) => [text, text + line] as const;
const before = (text: string, line: string) => [text, line + text] as const;

const LINES: Edits = {
  'src/waiting-room/inlets/index.ts': [
    before("import { manual } from './manual.ts';\n", "import { drip } from './drip.ts';\n"),
    after('  adaptive,\n', '  drip,\n'),
  ],
  'src/settings/inlets/index.ts': [
    before("import { manual } from './manual.ts';\n", "import { drip } from './drip.ts';\n"),
    after(', adaptive', ', drip'),
  ],
  'src/settings/profiles/index.ts': [
    before("import { alb } from './alb.ts';\n", "import { acme } from './acme.ts';\n"),
    after('  generic,\n', '  acme,\n'),
  ],
  'src/app.ts': [
    after(
      "import { createPublicDoor } from '#public/index.ts';\n",
      "import { createRobotsDoor } from '#robots/index.ts';\n",
    ),
    after('    admin,\n', '    createRobotsDoor(),\n'),
  ],
  'src/store/compose.ts': [
    before('import type { StoreLog }', "import { createMemoryLeases } from './memory/index.ts';\n"),
    ['adapter.leases', 'createMemoryLeases(now)'],
  ],
  'package.json': [after('  "imports": {\n', '    "#robots/*": "./src/robots/*",\n')],
};

const BOUNDARIES: Edits = {
  'scripts/boundaries/allowed-imports.ts': [
    before("  'src/admin': ", "  'src/robots': door([], []),\n"),
    after("      'src/admin',\n", "      'src/robots',\n"),
    after("    imports: ['src/store/dynamodb', 'src/store/embedded', ", "'src/store/memory', "),
    before("  'src/store/redis': ", "  'src/store/memory': { imports: ['src/waiting-room'], packages: [] },\n"),
  ],
};

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'anteroom-examples-'));
  for (const name of ['src', 'scripts', 'simulate', 'package.json', 'tsconfig.json']) {
    await cp(name, join(copy, name), { recursive: true });
  }
  await symlink(resolve('node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rm(copy, { recursive: true }));

async function edit(edits: Edits): Promise<void> {
  for (const [file, replacements] of Object.entries(edits)) {
    let source = await readFile(join(copy, file), 'utf8');
    for (const [text, replacement] of replacements) {
      expect(source, file).toContain(text);
      source = source.replace(text, replacement);
    }
    await writeFile(join(copy, file), source);
  }
}

const run = (command: string, ...args: readonly string[]) => {
  const { stdout, stderr } = spawnSync(command, args, { cwd: copy, encoding: 'utf8' });
  return stdout + stderr;
};

test('compile, and are refused until the boundaries list their folders', async () => {
  const contributing = await readFile('CONTRIBUTING.md', 'utf8');
  const examples = [...contributing.matchAll(/```ts\n\/\/ (src\/\S+)\n(.*?)```/gs)];
  expect(examples.map(([, path]) => path)).toEqual([
    'src/waiting-room/inlets/drip.ts',
    'src/settings/inlets/drip.ts',
    'src/settings/profiles/acme.ts',
    'src/robots/index.ts',
    'src/store/memory/index.ts',
  ]);
  for (const [, path = '', source = ''] of examples) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await writeFile(join(copy, path), source);
  }
  await edit(LINES);

  expect(run(process.execPath, 'scripts/boundaries.ts').split('\n').filter(Boolean).sort()).toEqual([
    'src/app.ts imports src/robots/index.ts, which src/app.ts may not',
    'src/robots/index.ts has no entry in scripts/boundaries/allowed-imports.ts',
    'src/store/compose.ts imports src/store/memory/index.ts, which src/store/* may not',
    'src/store/memory/index.ts has no entry in scripts/boundaries/allowed-imports.ts',
  ]);
  await edit(BOUNDARIES);
  expect(run(process.execPath, 'scripts/boundaries.ts')).toMatch(/^Checked the imports of/);

  await writeFile(
    join(copy, 'tsconfig.examples.json'),
    '{ "extends": "./tsconfig.json", "include": ["src", "scripts"] }',
  );
  expect(run('node_modules/.bin/tsc', '--noEmit', '-p', 'tsconfig.examples.json')).toBe('');
}, 120_000);
