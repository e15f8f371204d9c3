import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { retaining, switched, type Template, writeTemplates } from '../../import-aws/templates.ts';

const LINT = resolve('node_modules/.cache/anteroom/cfn-lint/bin/cfn-lint');

const lambda = { Type: 'AWS::Lambda::Function', Properties: {} };
const policy = (name: string) => ({
  Type: 'AWS::CloudFront::CachePolicy',
  Properties: {
    CachePolicyConfig: {
      ...{ DefaultTTL: 5, MaxTTL: 5, MinTTL: 1, Name: { 'Fn::Sub': `\${AWS::StackName}-${name}` } },
      ParametersInCacheKeyAndForwardedToOrigin: {
        ...{ CookiesConfig: { CookieBehavior: 'none' }, EnableAcceptEncodingGzip: true },
        ...{ HeadersConfig: { HeaderBehavior: 'none' }, QueryStringsConfig: { QueryStringBehavior: 'none' } },
      },
    },
  },
});

/** A cut of the core stack's template: one resource of each kind, with its name. */
const CORE: Template = {
  AWSTemplateFormatVersion: '2010-09-09',
  Mappings: { CoreApi: { Stage: { Name: 'api' } }, SourceCode: { General: { S3Bucket: 'code' } } },
  Parameters: { EventId: { Type: 'String' } },
  Conditions: { GenerateWaitingRoomEvents: { 'Fn::Equals': ['true', 'true'] } },
  Resources: {
    PublicWaitingRoomApi: { Type: 'AWS::ApiGateway::RestApi', Properties: { Body: { 'Fn::Transform': {} } } },
    PrivateWaitingRoomApi: { Type: 'AWS::ApiGateway::RestApi', Properties: { Body: { 'Fn::Transform': {} } } },
    PublicWaitingRoomApiDeployment: { Type: 'AWS::ApiGateway::Deployment', Properties: {} },
    ApiKey: {
      Type: 'AWS::ApiGateway::ApiKey',
      DependsOn: ['PublicWaitingRoomApiDeployment'],
      Properties: { Enabled: true },
    },
    PublicApiCloudFront: {
      Type: 'AWS::CloudFront::Distribution',
      Properties: {
        DistributionConfig: {
          Enabled: true,
          DefaultCacheBehavior: {
            ...{ TargetOriginId: 'waiting-room-public-api', ViewerProtocolPolicy: 'https-only' },
            CachePolicyId: { Ref: 'CachePolicy' },
          },
          Origins: [{ Id: 'waiting-room-public-api', DomainName: 'old.example', OriginPath: '/api' }],
        },
      },
    },
    CachePolicy: policy('CachePolicy'),
    TokenTable: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'request_id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'request_id', KeyType: 'HASH' }],
      },
    },
    ProtectedApiGroup: { Type: 'AWS::IAM::Group', Properties: {} },
    WaitingRoomEventBus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'line' } },
    GenerateKeysCustomResource: { Type: 'AWS::CloudFormation::CustomResource', Properties: { ServiceToken: 'a' } },
    InvokeShortenStackNameLambda: { Type: 'Custom::InvokeCustomLambda', Properties: { ServiceToken: 'a' } },
    GenerateKeys: lambda,
    AssignQueueNum: lambda,
    NATGateway: { Type: 'AWS::EC2::NatGateway', Properties: {} },
    RedisReplicationGroup: { Type: 'AWS::ElastiCache::ReplicationGroup', Properties: {} },
    LambdaVpcRole: { Type: 'AWS::IAM::Role', Properties: {} },
  },
  Outputs: {
    PublicApiInvokeURL: { Value: { 'Fn::GetAtt': ['PublicApiCloudFront', 'DomainName'] } },
    Stage: { Value: { 'Fn::FindInMap': ['CoreApi', 'Stage', 'Name'] } },
  },
};

const ISSUER = new URL('https://shop.example/line');
const result = switched(CORE, ISSUER);
// biome-ignore lint/suspicious/noExplicitAny: any part of a template.
const at = (path: string): any => {
  // biome-ignore lint/suspicious/noExplicitAny: any part of a template.
  let part: any = result;
  for (const name of path.split('/')) part = part?.[name.replaceAll('~', '/')];
  return part;
};

test('the first template changes nothing but what a deletion destroys', () => {
  const { Resources, ...rest } = retaining(CORE);
  expect(rest).toEqual({ ...CORE, Resources: undefined });
  const retained = Object.keys(Resources).filter((name) => Resources[name]?.DeletionPolicy === 'Retain');
  const gone = ['GenerateKeys', 'AssignQueueNum', 'NATGateway', 'RedisReplicationGroup', 'LambdaVpcRole'];
  expect(retained).toEqual(Object.keys(CORE.Resources).filter((name) => !gone.includes(name)));
  for (const name of Object.keys(CORE.Resources)) expect(Resources[name]).toMatchObject(CORE.Resources[name] ?? {});
});

describe('the second template', () => {
  test('keeps what clients know and the data, and lets the rest go', () => {
    expect(Object.keys(result.Resources)).toEqual([
      ...[
        'PublicWaitingRoomApi',
        'PrivateWaitingRoomApi',
        'ApiKey',
        'PublicApiCloudFront',
        'CachePolicy',
        'TokenTable',
      ],
      ...['ProtectedApiGroup', 'WaitingRoomEventBus'],
      ...['PublicWaitingRoomApiSwitchedDeployment', 'PrivateWaitingRoomApiSwitchedDeployment'],
    ]);
    expect(result.Outputs).toEqual(CORE.Outputs);
    expect(Object.keys(result.Mappings as object)).toEqual(['CoreApi']);
    for (const each of Object.values(result.Resources)) expect(each).toMatchObject({ DeletionPolicy: 'Retain' });
  });

  test("makes the service the CDN's origin", () => {
    expect(at('Resources/PublicApiCloudFront/Properties/DistributionConfig/Origins')).toEqual([
      {
        ...{ Id: 'waiting-room-public-api', DomainName: 'shop.example', OriginPath: '/line/aws/public' },
        CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
        OriginCustomHeaders: [{ HeaderName: 'x-api-key', HeaderValue: { Ref: 'RoomApiKey' } }],
      },
    ]);
  });

  test.each([
    ['generate_token', 'post'],
    ['update_session', 'post'],
    ['increment_serving_counter', 'post'],
    ['reset_initial_state', 'post'],
    ['expired_tokens', 'get'],
    ['num_active_tokens', 'get'],
  ])("passes %s of the private API on, with IAM before and an operator's token behind", (route, method) => {
    const { security, 'x-amazon-apigateway-integration': integration } = at(
      `Resources/PrivateWaitingRoomApi/Properties/Body/paths/~${route}/${method}`,
    );
    expect(security).toEqual([{ sigv4: [] }]);
    expect(integration).toMatchObject({
      ...{ type: 'http_proxy', httpMethod: method.toUpperCase() },
      uri: `https://shop.example/line/aws/private/${route}`,
      requestParameters: {
        'integration.request.header.X-Anteroom-Admin-Token': { 'Fn::Join': ['', ["'", { Ref: 'OperatorToken' }, "'"]] },
      },
    });
    expect(at(`Resources/PrivateWaitingRoomApi/Properties/Body/paths/~${route}/options`).security).toBeUndefined();
  });

  test('deploys the new routes to the old stage', () => {
    expect(at('Resources/PrivateWaitingRoomApiSwitchedDeployment/Properties')).toMatchObject({
      ...{ RestApiId: { Ref: 'PrivateWaitingRoomApi' }, StageName: 'api' },
    });
  });

  test.skipIf(!existsSync(LINT))('has no fault that cfn-lint knows', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'anteroom-switch-')), 'switch.json');
    writeFileSync(file, JSON.stringify(result));
    expect(spawnSync(LINT, [file], { encoding: 'utf8' }).stdout).toBe('');
  });
});

test('writes the definitions of both APIs with their secrets, for their owner only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'anteroom-switch-'));
  const template = join(folder, 'core.json');
  writeFileSync(template, JSON.stringify({ TemplateBody: CORE }));
  const options = { template, issuer: ISSUER.href, out: join(folder, 'out') };
  await writeTemplates({ ...options, operatorToken: 'the-token-of-otto', roomApiKey: 'the-key-of-the-room' });
  const read = (name: string) => readFileSync(join(folder, 'out', name), 'utf8');
  expect(JSON.parse(read('2-switch.json'))).toEqual(result);
  expect(read('private-api.json')).toContain('"\'the-token-of-otto\'"');
  expect(read('public-api.json')).toContain('"\'the-key-of-the-room\'"');
  expect(statSync(join(folder, 'out/private-api.json')).mode & 0o777).toBe(0o600);
  await expect(writeTemplates({ ...options, issuer: 'http://line.example' })).rejects.toThrow('must be an https URL');
});

test('the template of another stack is refused', () => {
  expect(() => switched({ Resources: { Table: { Type: 'AWS::DynamoDB::Table' } } }, ISSUER)).toThrow(
    'not that of the core stack',
  );
});
