/** Rules of CloudFormation Guard over the templates. */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readTemplate } from './template.ts';

const GUARD = resolve('node_modules/.cache/anteroom/cfn-guard');
const hasGuard = existsSync(`${GUARD}/made-of`);
const RULES = readFileSync('deploy/cloudformation/rules.guard', 'utf8');
const CHECK = `
import json, sys
from cfn_guard_rs.cfn_guard_rs import run_checks_rs
rules, templates = json.load(sys.stdin)
json.dump([run_checks_rs(json.dumps(template), rules, False) for template in templates], sys.stdout)
`;

/** What the rules say of each template. The library cuts the beginning off long texts. */
function check(templates: readonly unknown[]): readonly string[] {
  const input = JSON.stringify([RULES, templates]);
  return JSON.parse(execFileSync(`${GUARD}/bin/python`, ['-c', CHECK], { input, encoding: 'utf8' }));
}

interface Resource {
  DeletionPolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has properties of its own.
  Properties: any;
}
type Resources = Record<string, Resource>;
const PATH = 'deploy/cloudformation/anteroom.yaml';
const resourcesOf = () => readTemplate(PATH) as { readonly Resources: Resources };
const containerOf = ({ Task }: Resources) => Task?.Properties.ContainerDefinitions[0];
const behaviourOf = ({ Edge }: Resources) => Edge?.Properties.DistributionConfig.CacheBehaviors[1];
const variable = { Name: 'ADMIN_TOKEN', Value: 'in plain sight' };
const anywhere = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '0.0.0.0/0' };
const optionalPolicyOf = ({ TaskRole }: Resources) =>
  TaskRole?.Properties.Policies.find((policy: object) => 'Fn::If' in policy)['Fn::If'][1].PolicyDocument.Statement[0];
const policyOf = ({ ExecutionRole }: Resources) => ExecutionRole?.Properties.Policies[0].PolicyDocument.Statement[0];

/** By the rule that each breaks. */
const BREACHES: readonly (readonly [string, (resources: Resources) => unknown])[] = [
  ['tables_outlive_their_stack', ({ LedgerTable }) => delete LedgerTable?.DeletionPolicy],
  ['tables_are_backed_up', ({ LedgerTable }) => delete LedgerTable?.Properties.PointInTimeRecoverySpecification],
  ['redis_fails_over', ({ Cache }) => delete Cache?.Properties.MultiAZEnabled],
  ['redis_is_encrypted', ({ Cache }) => delete Cache?.Properties.AuthToken],
  ['redis_evicts_nothing', ({ CacheParameters }) => delete CacheParameters?.Properties.Properties],
  ['listeners_speak_https', ({ Listener }) => Object.assign(Listener?.Properties, { Protocol: 'HTTP' })],
  ['distributions_speak_https', (all) => Object.assign(behaviourOf(all), { ViewerProtocolPolicy: 'allow-all' })],
  ['only_https_is_open', ({ TaskGroup }) => TaskGroup?.Properties.SecurityGroupIngress.push(anywhere)],
  [
    'only_https_is_open, on a condition',
    ({ LoadBalancerGroup }) => LoadBalancerGroup?.Properties.SecurityGroupIngress[0]['Fn::If'].push(anywhere),
  ],
  ['containers_are_confined', (all) => delete containerOf(all).User],
  ['secrets_are_no_plain_variables', (all) => containerOf(all).Environment.push(variable)],
  [
    'secrets_are_no_plain_variables, on a condition',
    (all) => containerOf(all).Environment.push({ 'Fn::If': ['Edge', variable, { Ref: 'AWS::NoValue' }] }),
  ],
  ['a_failed_deployment', ({ Service }) => delete Service?.Properties.DeploymentConfiguration.DeploymentCircuitBreaker],
  ['roles_name_what_they_may_do', (all) => policyOf(all).Resource.push('*')],
  ['roles_name_what_they_may_do, on a condition', (all) => optionalPolicyOf(all).Action.push('dynamodb:*')],
  ['logs_end', ({ Logs }) => delete Logs?.Properties],
  ['no_secret_is_in_the_template', ({ AdminToken }) => Object.assign(AdminToken?.Properties, { SecretString: 'a' })],
];

describe.skipIf(!hasGuard)('by the rules of cfn-guard', () => {
  const templates = globSync('deploy/cloudformation/*.yaml');
  let verdicts: readonly string[];
  beforeAll(() => {
    const broken = BREACHES.map(([, breach]) => {
      const template = resourcesOf();
      breach(template.Resources);
      return template;
    });
    verdicts = check([...templates.map(readTemplate), ...broken]);
  });

  test.each(templates.map((path, index) => [path, index] as const))('%s has no fault', (path, index) => {
    const { status, not_compliant } = JSON.parse(verdicts[index] ?? '');
    expect(not_compliant).toEqual([]);
    expect(status).toBe(path === PATH ? 'PASS' : 'SKIP');
  });

  test.each(BREACHES.map(([rule], index) => [rule, index] as const))('a breach of %s is seen', (_, index) => {
    expect(verdicts[templates.length + index]).not.toMatch(/"not_compliant": \[\]/);
  });
});
