/** The boundaries between the folders of src: that the check refuses what crosses one, and that nothing does. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { ALLOWED_IMPORTS } from '../../scripts/boundaries/allowed-imports.ts';
import { boundaryFaults, circularBoundaries } from '../../scripts/boundaries/check.ts';

const aliases = {
  '#app': './src/app.ts',
  '#http/*': './src/http/*',
  '#store/*': './src/store/*',
  '#test/*': './test/*',
};

/** The faults of a source tree with one file in it. */
const faultsOf = (path: string, source: string) =>
  boundaryFaults({ files: new Map([[path, source]]), allowed: ALLOWED_IMPORTS, aliases });

test('no file of src imports what its folder may not', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/boundaries.ts'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('no boundary can be reached from itself, so that every import leads down', () => {
  expect(circularBoundaries(ALLOWED_IMPORTS)).toEqual([]);
  expect(circularBoundaries({ a: { imports: ['b'], packages: [] }, b: { imports: ['a'], packages: [] } })).toEqual([
    'a',
    'b',
  ]);
});

describe('a file that has no entry is refused', () => {
  test.each(['src/robots/routes.ts', 'src/store/memory/index.ts', 'src/helpers.ts', 'src/httpx/index.ts'])(
    '%s',
    (path) => {
      expect(faultsOf(path, 'export const nothing = 0;\n')).toEqual([
        `${path} has no entry in scripts/boundaries/allowed-imports.ts`,
      ]);
    },
  );
});

describe('an import that is not listed is refused', () => {
  const ways = (name: string) => [
    `import { x } from '${name}';`,
    `import type { X } from '${name}';`,
    `import x, {\n  type X,\n} from '${name}';`,
    `import * as x from '${name}';`,
    `export { x } from '${name}';`,
    `export type * from '${name}';`,
    `import '${name}';`,
    `const x = await import('${name}');`,
    `type X = import('${name}').X;`,
  ];

  test.each(ways('#store/redis/index.ts'))('by a door of a store: %s', (source) => {
    expect(faultsOf('src/public/enter.ts', source)).toEqual([
      'src/public/enter.ts imports src/store/redis/index.ts, which src/public may not',
    ]);
  });
  test.each(ways('../../oidc/index.ts'))('by a door of another door: %s', (source) => {
    expect(faultsOf('src/public/gate/index.ts', source)).toEqual([
      'src/public/gate/index.ts imports src/oidc/index.ts, which src/public may not',
    ]);
  });
  test.each(ways('koa'))('by the domain of a package: %s', (source) => {
    expect(faultsOf('src/waiting-room/line/line.ts', source)).toEqual([
      'src/waiting-room/line/line.ts imports the package koa, which src/waiting-room may not',
    ]);
  });

  test.each([
    ['src/http/x.ts', '#app', 'src/app.ts'],
    ['src/store/redis/x.ts', '../embedded/index.ts', 'src/store/embedded/index.ts'],
    ['src/waiting-room/x.ts', '#http/problem.ts', 'src/http/problem.ts'],
    ['src/http/x.ts', '../../test/support/time.ts', 'test/support/time.ts'],
    ['src/http/x.ts', '#test/support/time.ts', 'test/support/time.ts'],
    ['src/http/x.ts', '#nowhere/x.ts', '#nowhere/x.ts'],
    ['src/admin/x.ts', '../aws/index.ts', 'src/aws/index.ts'],
    ['simulate/x.ts', '#store/redis/index.ts', 'src/store/redis/index.ts'],
  ])('%s of %s', (path, name, target) => {
    const folder = path.slice(0, path.lastIndexOf('/'));
    expect(faultsOf(path, `import { x } from '${name}';`)).toEqual([
      `${path} imports ${target}, which ${folder} may not`,
    ]);
  });

  test.each([
    ['src/admin/x.ts', 'oidc-provider'],
    ['src/oidc/x.ts', 'ioredis'],
    ['src/store/embedded/x.ts', 'ioredis'],
    ['src/store/redis/x.ts', 'node:sqlite'],
    ['src/http/x.ts', 'node:sqlite'],
    ['src/waiting-room/x.ts', 'node:http'],
  ])('%s of the package %s', (path, name) => {
    expect(faultsOf(path, `import { x } from '${name}';`)).toHaveLength(1);
  });

  test('and so is a name that is computed', () => {
    expect(faultsOf('src/http/x.ts', 'await import(name);')).toEqual([
      'src/http/x.ts imports a computed name: write it out',
    ]);
  });
});

test('what is listed is allowed, and so is what a comment names', () => {
  const source = [
    "import { join } from 'node:path';",
    "import type { Middleware } from 'koa';",
    "import { a } from './chain.ts';",
    "import { b } from '#http/problem.ts';",
    "// import { c } from '#store/redis/index.ts';",
    "/* import { d } from 'ioredis'; */",
  ].join('\n');
  expect(faultsOf('src/http/x.ts', source)).toEqual([]);
  expect(faultsOf('src/oidc/provider.ts', "import { errors } from 'oidc-provider/lib/helpers/errors.js';")).toEqual([]);
});
