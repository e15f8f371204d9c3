import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { definitionOf } from '#store/dynamodb/table.ts';
import { START_OPTIONS } from '#support/start-options.ts';

const LINT = resolve('node_modules/.cache/anteroom/cfn-lint/bin/cfn-lint');
const hasLint = existsSync(LINT);
const templates = globSync('deploy/cloudformation/*.yaml');

/** With `!If`, what follows it. */
type Variable = { readonly Name: string } | readonly [string, { readonly Name: string }, string];
interface Container {
  readonly Environment: readonly Variable[];
  readonly Secrets: readonly Variable[];
  readonly Command: readonly string[];
}
interface Template {
  readonly Parameters: Readonly<Record<string, { readonly AllowedPattern?: string }>>;
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>>;
}

/** Intrinsic functions such as `!Ref` come as what follows them. */
const read = (path: string) => parse(readFileSync(path, 'utf8'), { logLevel: 'silent' }) as Template;
const template = read('deploy/cloudformation/anteroom.yaml');
const resources = template.Resources;
const task = resources.Task?.Properties;
const [container] = (task?.ContainerDefinitions ?? []) as readonly Container[];

test.skipIf(!hasLint).each(templates)('%s has no fault that cfn-lint knows', (path) => {
  expect(spawnSync(LINT, [path], { encoding: 'utf8' }).stdout).toBe('');
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
  const names = [...(container?.Environment ?? []), ...(container?.Secrets ?? [])].map((each) =>
    'Name' in each ? each.Name : each[1].Name,
  );
  const ofAws = ['DYNAMODB_TABLE', 'AWS_API_CREDENTIALS', 'AWS_SNS_TOPICS', 'AWS_EVENT_BUS', 'KEYS_SECRET_ID'];
  expect(names).toEqual(expect.arrayContaining(ofAws));
  expect(names.length).toBeGreaterThan(8);
  const unknown = names.filter((name) => !documented.includes(`\`${name}\``));
  // This one becomes a file before the service starts.
  expect(unknown).toEqual(['CONFIG_TEXT']);
});

test('the image is named by its digest', () => {
  const { AllowedPattern = '' } = template.Parameters.Image ?? {};
  const digest = `sha256:${'0a'.repeat(32)}`;
  const names = [
    `1.dkr.ecr.eu-west-1.amazonaws.com/anteroom@${digest}`,
    `anteroom@${digest}`,
    'anteroom:1',
    'anteroom@sha256:0',
  ];
  expect(names.map((name) => new RegExp(AllowedPattern).test(name))).toEqual([true, true, false, false]);
});

test('the command writes the configuration as it is, for its user only, and hides the variable', () => {
  const folder = mkdtempSync(join(tmpdir(), 'anteroom-task-'));
  const command = (container?.Command[0] ?? '')
    .replaceAll('/data/', `${folder}/`)
    .replace(`exec node ${START_OPTIONS.join(' ')} /app/src/main.ts`, 'env');
  const text = 'rooms:\n  - id: "a$b `c` %s \\n"\n';
  const env = { PATH: process.env.PATH ?? '', CONFIG_TEXT: text };
  const variables = execFileSync('sh', ['-c', command], { env, encoding: 'utf8' });
  const path = join(folder, 'anteroom.yaml');
  expect(readFileSync(path, 'utf8')).toBe(text);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(variables).not.toMatch(/_TEXT/);
});

test('the table is the one that the service would create, with time to live and backups', () => {
  const { TableName: _, ...definition } = definitionOf('any');
  expect(resources.LedgerTable?.Properties).toMatchObject({
    ...definition,
    TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
});

test('the role of the tasks may do what the page on DynamoDB says, and no more', () => {
  const page = readFileSync('docs/dynamodb.md', 'utf8');
  const listed = /"Action": \[([^\]]*)\]/.exec(page)?.[1]?.match(/dynamodb:\w+/g);
  const allowed = JSON.stringify(resources.TaskRole?.Properties).match(/dynamodb:\w+/g);
  expect(allowed?.length).toBeGreaterThan(5);
  expect(allowed).toEqual(listed);
});
