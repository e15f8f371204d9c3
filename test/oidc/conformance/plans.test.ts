import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PLANS } from './modules.ts';

test('each module of the plans has one test with its name', () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.test.ts'));
  const named = files.flatMap((file) =>
    [...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(/^\s*(?:test\()?'(oidcc-[\w-]+): /gm)].map(
      ([, name]) => name,
    ),
  );
  expect(named.sort()).toEqual(Object.values(PLANS).flat().sort());
});
