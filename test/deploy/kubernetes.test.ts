import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '#config/config.ts';
import { check } from '#settings/faults.ts';
import { settingsFile } from '#settings/file.ts';
import { generateJwks } from '#signing-keys/jwks.ts';
import {
  configurationOf,
  environmentOf,
  hasHelm,
  hasSchemas,
  manifestsOf,
  refusalOf,
  render,
  schemaFaults,
} from './helm.ts';

const VALUES = ['--values', 'deploy/kubernetes/values.yaml'];
const EVERYTHING = [
  ...VALUES,
  ...[
    'serviceMonitor.enabled=true',
    'serviceMonitor.token=true',
    'networkPolicy.enabled=true',
    'ingress.className=nginx',
  ].flatMap((set) => ['--set', set]),
  ...['--set-json', 'networkPolicy.from=[{"namespaceSelector":{}}]'],
  ...['--set-json', 'networkPolicy.egress=[{"ports":[{"port":6379}]}]'],
  ...['--set-json', 'tolerations=[{"key":"sale","operator":"Exists"}]', '--set', 'nodeSelector.pool=sale'],
  ...['--set', 'dynamodb.table=line,dynamodb.region=eu-central-1', '--set', 'serviceAccountName=line'],
  ...['--set', `image.digest=sha256:${'0'.repeat(64)}`, '--set-string', 'env.WEBHOOK_EVENTS=mode.changed'],
];
const MINIMAL = ['--set', 'issuer=https://queue.example', '--set', 'existingSecret=anteroom'];

const kindsOf = (text: string) => manifestsOf(text).map(({ kind }) => kind);

describe.skipIf(!hasHelm)('the Helm chart', () => {
  test.skipIf(!hasSchemas).each([
    ['the smallest values', MINIMAL],
    ['the values of the plain manifests', VALUES],
    ['everything turned on', EVERYTHING],
  ])('renders manifests that Kubernetes accepts, with %s', (_, values) => {
    expect(schemaFaults(render(...values))).toBe('');
  });

  test.skipIf(!hasSchemas)('would be seen to render a manifest that Kubernetes refuses', () => {
    const text = render(...MINIMAL).replace('maxUnavailable: 0', 'maxUnavailable: {}');
    expect(schemaFaults(text)).not.toBe('');
  });

  test('has only what is turned on', () => {
    expect(kindsOf(render(...MINIMAL))).toEqual(
      expect.not.arrayContaining(['Ingress', 'NetworkPolicy', 'ServiceMonitor']),
    );
    expect(kindsOf(render(...EVERYTHING)).sort()).toEqual([
      'ConfigMap',
      'Deployment',
      'HorizontalPodAutoscaler',
      'Ingress',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
      'ServiceMonitor',
    ]);
  });

  test('starts a service whose environment and configuration are valid', async () => {
    const manifests = manifestsOf(render(...EVERYTHING));
    const folder = mkdtempSync(join(tmpdir(), 'anteroom-chart-'));
    const config = join(folder, 'anteroom.yaml');
    const keys = join(folder, 'jwks.json');
    writeFileSync(config, manifests.find(({ kind }) => kind === 'ConfigMap')?.data?.['anteroom.yaml'] ?? '');
    writeFileSync(keys, JSON.stringify(await generateJwks()));
    const secrets = { REDIS_URL: 'redis://redis:6379', COOKIE_KEYS: 'k'.repeat(32), ADMIN_TOKEN: 't'.repeat(32) };
    const environment = environmentOf(manifests);

    const loaded = await loadConfig({ ...environment, ...secrets, CONFIG: config, JWKS_FILE: keys }, folder);
    expect(loaded.issuer).toBe('https://queue.shop.example');
    expect(environment.CONFIG_REVISION).toBe('1');
    expect(loaded.dynamodb).toMatchObject({ table: 'line', region: 'eu-central-1', mayCreate: false });
    expect(check(settingsFile, configurationOf(manifests)).ok).toBe(true);
  });

  test('gives a pod the time to stop that its drain delay needs', () => {
    const deployment = manifestsOf(render(...MINIMAL, '--set', 'drainDelaySeconds=30')).find(
      ({ kind }) => kind === 'Deployment',
    );
    expect(deployment?.spec).toMatchObject({ template: { spec: { terminationGracePeriodSeconds: 80 } } });
    expect(environmentOf(deployment ? [deployment] : []).DRAIN_DELAY).toBe('30s');
  });

  test('sends the path of the issuer only to Anteroom', () => {
    const ingress = manifestsOf(
      render(...MINIMAL, '--set', 'ingress.enabled=true', '--set', 'issuer=https://shop.example/line'),
    ).find(({ kind }) => kind === 'Ingress');
    expect(ingress?.spec).toMatchObject({
      rules: [{ host: 'shop.example', http: { paths: [{ path: '/line', pathType: 'Prefix' }] } }],
    });
  });

  test.each([
    ['no issuer', ['--set', 'existingSecret=anteroom'], 'issuer'],
    ['no secret', ['--set', 'issuer=https://queue.example'], 'existingSecret'],
    ['a value that it does not know', [...MINIMAL, '--set', 'replicaCount=3'], 'replicaCount'],
    ['a table without a region', [...MINIMAL, '--set', 'dynamodb.table=line'], 'region'],
    ['a digest that is none', [...MINIMAL, '--set', 'image.digest=latest'], 'digest'],
  ])('refuses %s by name', (_, values, name) => {
    expect(refusalOf(...values)).toContain(name);
  });

  test('renders deploy/kubernetes/anteroom.yaml as it is there', () => {
    const stored = readFileSync('deploy/kubernetes/anteroom.yaml', 'utf8');
    expect(manifestsOf(stored)).toEqual(manifestsOf(render(...VALUES)));
  });
});
