import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const LINT = resolve('node_modules/.cache/anteroom/cfn-lint/bin/cfn-lint');
const hasLint = existsSync(LINT);
const templates = globSync('deploy/cloudformation/*.yaml');

interface Container {
  readonly Environment: readonly { readonly Name: string }[];
  readonly Secrets: readonly { readonly Name: string }[];
  readonly Command: readonly string[];
}
interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>>;
}

/** Intrinsic functions such as `!Ref` come as what follows them. */
const read = (path: string) => parse(readFileSync(path, 'utf8'), { logLevel: 'silent' }) as Template;
const task = read('deploy/cloudformation/anteroom.yaml').Resources.Task?.Properties;
const [container] = (task?.ContainerDefinitions ?? []) as readonly Container[];

test.skipIf(!hasLint).each(templates)('%s has no fault that cfn-lint knows', (template) => {
  expect(spawnSync(LINT, [template], { encoding: 'utf8' }).stdout).toBe('');
});

test.skipIf(!hasLint)('cfn-lint would see a property that does not exist', () => {
  const folder = mkdtempSync(join(tmpdir(), 'anteroom-template-'));
  const broken = join(folder, 'broken.yaml');
  const text = readFileSync('deploy/cloudformation/alb-rule.yaml', 'utf8');
  writeFileSync(broken, text.replace('OnUnauthenticatedRequest', 'OnUnauthenticated'));
  expect(spawnSync(LINT, [broken], { encoding: 'utf8' }).stdout).toContain('OnUnauthenticated');
});

test('the task sets variables that the configuration has', () => {
  const documented = readFileSync('docs/configuration.md', 'utf8');
  const names = [...(container?.Environment ?? []), ...(container?.Secrets ?? [])].map(({ Name }) => Name);
  expect(names.length).toBeGreaterThan(8);
  const unknown = names.filter((name) => !documented.includes(`\`${name}\``));
  // These two become files before the service starts.
  expect(unknown).toEqual(['CONFIG_TEXT', 'JWKS_TEXT']);
});

test('the command writes both files as they are, for its user only, and hides the variables', () => {
  const folder = mkdtempSync(join(tmpdir(), 'anteroom-task-'));
  const command = (container?.Command[0] ?? '')
    .replaceAll('/data/', `${folder}/`)
    .replace('exec node /app/src/main.ts', 'env');
  const text = 'rooms:\n  - id: "a$b `c` %s \\n"\n';
  const env = { PATH: process.env.PATH ?? '', CONFIG_TEXT: text, JWKS_TEXT: '{"keys":[]}' };
  const variables = execFileSync('sh', ['-c', command], { env, encoding: 'utf8' });
  expect(readFileSync(join(folder, 'anteroom.yaml'), 'utf8')).toBe(text);
  expect(readFileSync(join(folder, 'jwks.json'), 'utf8')).toBe('{"keys":[]}');
  expect(variables).not.toMatch(/_TEXT/);
});
