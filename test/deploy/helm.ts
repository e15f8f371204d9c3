/** Runs Helm and the schemas of Kubernetes, which scripts/optional-programs.ts installs. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

const HELM = resolve('node_modules/.cache/anteroom/helm/helm/helm');
const VALIDATE = resolve('node_modules/.cache/anteroom/kubernetes-validate/bin/kubernetes-validate');
const CHART = 'deploy/helm/anteroom';

export const hasHelm = existsSync(HELM);
export const hasSchemas = existsSync(VALIDATE);

/** A manifest, as far as the tests read it. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: never;
  readonly data?: Readonly<Record<string, string>>;
}

const templateOf = (values: readonly string[]) => ['template', 'anteroom', CHART, ...values];

/** The text of all manifests. @param values arguments of `helm template`. */
export const render = (...values: readonly string[]): string =>
  execFileSync(HELM, templateOf(values), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Why Helm refuses the values; empty if it accepts them. */
export const refusalOf = (...values: readonly string[]): string => {
  const { status, stderr } = spawnSync(HELM, templateOf(values), { encoding: 'utf8' });
  return status === 0 ? '' : stderr;
};

export const manifestsOf = (text: string): readonly Manifest[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);

/** What is wrong with manifests by the schemas of Kubernetes, strictly; empty if nothing is. */
export function schemaFaults(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'anteroom-manifests-')), 'manifests.yaml');
  writeFileSync(file, text);
  const { status, stdout, stderr } = spawnSync(VALIDATE, ['--strict', '--quiet', '--no-warn', file], {
    encoding: 'utf8',
  });
  return status === 0 ? '' : stdout + stderr;
}

/** The variables of the container that are given as values. */
export function environmentOf(manifests: readonly Manifest[]): Record<string, string> {
  const deployment = manifests.find(({ kind }) => kind === 'Deployment') as unknown as {
    spec: { template: { spec: { containers: { env: { name: string; value?: string }[] }[] } } };
  };
  const [container] = deployment.spec.template.spec.containers;
  return Object.fromEntries(
    (container?.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The configuration file in the ConfigMap. */
export const configurationOf = (manifests: readonly Manifest[]): unknown =>
  parse(manifests.find(({ kind }) => kind === 'ConfigMap')?.data?.['anteroom.yaml'] ?? '');
