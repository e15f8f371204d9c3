import { type EnvReader, flag, type Refusal, refuse } from './env.ts';

/** The table in DynamoDB. Credentials are the AWS SDK's own matter. */
export interface DynamoConfig {
  readonly table: string;
  /** Null: as the SDK finds it in its shared configuration. */
  readonly region: string | null;
  /** The URL of another server than AWS's. Null: AWS's. */
  readonly endpoint: string | null;
  /** Whether the service creates a table that is missing. */
  readonly mayCreate: boolean;
}

/** Where a server other than AWS's asks for one. */
const ANY_REGION = 'us-east-1';

export function readDynamo({ read, faults }: EnvReader, env: NodeJS.ProcessEnv): DynamoConfig | null {
  const table = read('DYNAMODB_TABLE', null, tableName);
  const of = env.AWS_ENDPOINT_URL_DYNAMODB ? 'AWS_ENDPOINT_URL_DYNAMODB' : 'AWS_ENDPOINT_URL';
  const endpoint = env.DYNAMODB_TABLE ? read(of, null, endpointUrl) : null;
  const mayCreate = read('DYNAMODB_CREATE_TABLE', endpoint !== null, flag);
  if (!env.DYNAMODB_TABLE) {
    if (env.DYNAMODB_CREATE_TABLE) faults.push({ where: 'DYNAMODB_CREATE_TABLE', message: 'requires DYNAMODB_TABLE' });
    return null;
  }
  const given = read('AWS_REGION', null, region) ?? read('AWS_DEFAULT_REGION', null, region);
  const hasProfile = Boolean(env.AWS_PROFILE || env.AWS_CONFIG_FILE);
  if (given === null && endpoint === null && !hasProfile && !env.AWS_REGION && !env.AWS_DEFAULT_REGION) {
    faults.push({ where: 'AWS_REGION', message: 'is required with DYNAMODB_TABLE, such as eu-central-1' });
  }
  if (table === null) return null;
  return { table, region: given ?? (endpoint === null ? null : ANY_REGION), endpoint, mayCreate };
}

/** The name of a table, or its ARN. */
function tableName(value: string): string | Refusal {
  const name = /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/(.*)$/.exec(value)?.[1] ?? value;
  return /^[\w.-]{3,255}$/.test(name)
    ? value
    : refuse('must be the name of a table, 3 to 255 letters, digits, -, _ and ., or its ARN');
}

function region(value: string): string | Refusal {
  return /^[a-z0-9-]{1,64}$/.test(value) ? value : refuse('must be the name of a region, such as eu-central-1');
}

function endpointUrl(value: string): string | Refusal {
  const url = URL.parse(value);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return refuse('must be an http or https URL');
  return url.username === '' && url.password === '' ? value : refuse('must have no user name and no password');
}
