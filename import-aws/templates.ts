/**
 * The two templates of the switch, from the template of the core stack of AWS's Virtual Waiting Room. The first changes
 * nothing but what a deletion would destroy. The second keeps what clients know, points it here, and lets the rest go.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

type Json = Readonly<Record<string, unknown>>;
interface Resource extends Json {
  readonly Type: string;
  readonly Properties?: Json;
  readonly DependsOn?: unknown;
}
export interface Template extends Json {
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** What stays: what clients and IAM users know by name, and the data. */
const KEPT: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::UsagePlan',
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::CloudFront::Distribution',
  'AWS::CloudFront::CachePolicy',
  'AWS::CloudFront::OriginRequestPolicy',
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
]);

/** Kept by name: others of their types go. */
const KEPT_BY_NAME: ReadonlySet<string> = new Set(['ProtectedApiGroup', 'ProtectedApiPolicy', 'ApiAccessLogGroup']);

/** Their deletion runs a function: that of the keys destroys the secret with the signing key. */
const CUSTOM = /^(Custom::|AWS::CloudFormation::CustomResource$)/;

const DEPLOYMENT = 'AWS::ApiGateway::Deployment';

const isKept = (name: string, { Type }: Resource) => KEPT.has(Type) || KEPT_BY_NAME.has(name);

const mapResources = (template: Template, change: (name: string, resource: Resource) => Resource): Template => ({
  ...template,
  Resources: Object.fromEntries(
    Object.entries(template.Resources).map(([name, resource]) => [name, change(name, resource)]),
  ),
});

/** The same stack. What stays, and the resources whose deletion runs a function, are retained from now on. */
export function retaining(template: Template): Template {
  return mapResources(template, (name, resource) =>
    isKept(name, resource) || CUSTOM.test(resource.Type) || resource.Type === DEPLOYMENT
      ? { ...resource, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }
      : resource,
  );
}

const ROUTES = {
  public: {
    post: ['assign_queue_num', 'generate_token'],
    get: ['queue_num', 'serving_num', 'waiting_num', 'public_key', 'queue_pos_expiry'],
  },
  private: {
    post: ['generate_token', 'update_session', 'increment_serving_counter', 'reset_initial_state'],
    get: ['expired_tokens', 'num_active_tokens'],
  },
} as const;

type Api = keyof typeof ROUTES;

/** The stage of AWS's APIs. */
const STAGE = 'api';

/** A value of a parameter as API Gateway writes a constant. */
const quoted = (Ref: string): Json => ({ 'Fn::Join': ['', ["'", { Ref }, "'"]] });

/** What the APIs send to the service to be let in. */
interface Secrets {
  readonly operatorToken: unknown;
  readonly roomApiKey: unknown;
}

/** An API with the old routes, each passed on as it is. IAM and the API key stay at API Gateway. */
function proxyApi(api: Api, issuer: string, { operatorToken, roomApiKey }: Secrets): Json {
  const integration = (method: string, route: string, headers: Json) => ({
    ...{ type: 'http_proxy', httpMethod: method.toUpperCase(), uri: `${issuer}/aws/${api}/${route}` },
    ...{ connectionType: 'INTERNET', passthroughBehavior: 'when_no_match', requestParameters: headers },
  });
  const token = { 'integration.request.header.X-Anteroom-Admin-Token': operatorToken };
  const key = { 'integration.request.header.x-api-key': roomApiKey };
  const methodOf = (method: 'get' | 'post', route: string) => ({
    responses: {},
    security: [api === 'private' ? { sigv4: [] } : { api_key: [] }],
    'x-amazon-apigateway-integration': integration(method, route, api === 'private' ? token : key),
  });
  const paths = (['post', 'get'] as const).flatMap((method) =>
    ROUTES[api][method].map((route) => [
      `/${route}`,
      {
        [method]: methodOf(method, route),
        options: { responses: {}, 'x-amazon-apigateway-integration': integration('options', route, {}) },
      },
    ]),
  );
  return {
    swagger: '2.0',
    info: { title: `${api}-waiting-room-api`, version: 'anteroom' },
    basePath: `/${STAGE}`,
    schemes: ['https'],
    paths: Object.fromEntries(paths),
    securityDefinitions:
      api === 'private'
        ? { sigv4: { type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' } }
        : { api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' } },
  };
}

/** The distribution with this service as its origin. */
function atIssuer(distribution: Resource, issuer: URL): Resource {
  const config = distribution.Properties?.DistributionConfig as Json & { readonly Origins: readonly Json[] };
  const path = issuer.pathname.replace(/\/$/, '');
  const Origins = config.Origins.map((origin) => ({
    Id: origin.Id,
    DomainName: issuer.hostname,
    OriginPath: `${path}/aws/public`,
    CustomOriginConfig: {
      OriginProtocolPolicy: 'https-only',
      OriginSSLProtocols: ['TLSv1.2'],
      ...(issuer.port === '' ? {} : { HTTPSPort: Number(issuer.port) }),
    },
    OriginCustomHeaders: [{ HeaderName: 'x-api-key', HeaderValue: { Ref: 'RoomApiKey' } }],
  }));
  return { ...distribution, Properties: { ...distribution.Properties, DistributionConfig: { ...config, Origins } } };
}

const PARAMETERS = {
  OperatorToken: {
    Type: 'String',
    NoEcho: true,
    MinLength: 16,
    AllowedPattern: '[A-Za-z0-9._~+/=-]+',
    Description:
      'A token of Anteroom with the role operator, or owner for reset_initial_state. The private API sends it.',
  },
  RoomApiKey: {
    Type: 'String',
    NoEcho: true,
    MinLength: 16,
    AllowedPattern: '[A-Za-z0-9._~+/=-]+',
    Description: 'aws.api_key of the room. The CDN and the public API send it.',
  },
};

/** What stays of the stack, in front of this service. @throws Error where a resource is not there */
export function switched(template: Template, issuer: URL): Template {
  const entries = Object.entries(template.Resources);
  const apiOf = (name: string): Api | null =>
    /^Public/.test(name) ? 'public' : /^Private/.test(name) ? 'private' : null;
  const named = (type: string) => entries.filter(([, { Type }]) => Type === type).map(([name]) => name);
  const [apis, [distribution]] = [named('AWS::ApiGateway::RestApi'), named('AWS::CloudFront::Distribution')];
  if (apis.length !== 2 || apis.some((name) => !apiOf(name)) || !distribution) {
    throw new Error('the template is not that of the core stack: it has not two APIs and a distribution');
  }
  const base = issuer.href.replace(/\/$/, '');
  const secrets = { operatorToken: quoted('OperatorToken'), roomApiKey: quoted('RoomApiKey') };
  const kept: Record<string, Resource> = {};
  for (const [name, resource] of entries) {
    if (!isKept(name, resource)) continue;
    const { DependsOn: _, ...rest } = { ...resource, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
    const api = resource.Type === 'AWS::ApiGateway::RestApi' ? apiOf(name) : null;
    if (api) kept[name] = { ...rest, Properties: { ...withoutBody(resource), Body: proxyApi(api, base, secrets) } };
    else kept[name] = name === distribution ? atIssuer(rest, issuer) : rest;
  }
  for (const name of apis) {
    // Another name, so that the stage gets the new routes.
    kept[`${name}SwitchedDeployment`] = {
      ...{ Type: DEPLOYMENT, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' },
      Properties: { RestApiId: { Ref: name }, StageName: STAGE, Description: 'Passes requests on to Anteroom' },
    };
  }
  const { Parameters: _, Conditions: __, Mappings: former, ...rest } = template;
  const CoreApi = (former as Json | undefined)?.CoreApi;
  const Mappings = CoreApi ? { Mappings: { CoreApi } } : {};
  return { ...rest, ...Mappings, Parameters: PARAMETERS, Resources: kept };
}

function withoutBody({ Properties = {} }: Resource): Json {
  const { Body: _, BodyS3Location: __, ...rest } = Properties;
  return rest;
}

export interface WriteTemplatesOptions {
  /** The file with the template, as `aws cloudformation get-template` answers it or as it is. */
  readonly template: string;
  readonly issuer: string;
  readonly out: string;
  /** With both, the definitions of the APIs are written too: they hold them as they are. */
  readonly operatorToken?: string | undefined;
  readonly roomApiKey?: string | undefined;
}

export async function writeTemplates(options: WriteTemplatesOptions): Promise<void> {
  const { template, issuer, out, operatorToken, roomApiKey } = options;
  const url = URL.parse(issuer);
  if (url?.protocol !== 'https:') throw new Error('--issuer must be an https URL: CloudFront and API Gateway call it');
  const read = JSON.parse(await readFile(template, 'utf8')) as Json;
  const former = ('TemplateBody' in read ? read.TemplateBody : read) as Template;
  if (typeof former !== 'object' || !former.Resources) throw new Error(`${template} is no template in JSON`);
  await mkdir(out, { recursive: true });
  const files = [
    ['1-retain.json', retaining(former)],
    ['2-switch.json', switched(former, url)],
    ...(operatorToken && roomApiKey ? definitions(url, { operatorToken, roomApiKey }) : []),
  ] as const;
  for (const [name, content] of files) {
    await writeFile(join(out, name), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    console.log(join(out, name));
  }
}

/** The definitions of both APIs for `aws apigateway put-rest-api`. */
function definitions(issuer: URL, { operatorToken, roomApiKey }: Readonly<Record<keyof Secrets, string>>) {
  const secrets = { operatorToken: `'${operatorToken}'`, roomApiKey: `'${roomApiKey}'` };
  const base = issuer.href.replace(/\/$/, '');
  return (['public', 'private'] as const).map((api) => [`${api}-api.json`, proxyApi(api, base, secrets)] as const);
}
