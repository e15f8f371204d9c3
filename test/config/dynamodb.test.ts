import { expect, test } from 'vitest';
import { readDynamo } from '#config/dynamodb.ts';
import { envReader } from '#config/env.ts';

function configOf(env: NodeJS.ProcessEnv) {
  const reader = envReader(env);
  return { dynamodb: readDynamo(reader, env), faults: reader.faults.map(({ where }) => where) };
}

const TABLE = 'anteroom';

test('without DYNAMODB_TABLE there is no DynamoDB, whatever the AWS variables are', () => {
  expect(configOf({ AWS_ENDPOINT_URL: 'nonsense' })).toEqual({ dynamodb: null, faults: [] });
});

test('in production the region is named and the service creates no table', () => {
  expect(configOf({ DYNAMODB_TABLE: TABLE, AWS_REGION: 'eu-central-1' }).dynamodb).toEqual({
    ...{ table: TABLE, region: 'eu-central-1', endpoint: null, mayCreate: false },
  });
  expect(configOf({ DYNAMODB_TABLE: TABLE, AWS_DEFAULT_REGION: 'eu-west-1' }).dynamodb?.region).toBe('eu-west-1');
  expect(configOf({ DYNAMODB_TABLE: TABLE, AWS_PROFILE: 'shop' }).dynamodb?.region).toBeNull();
  expect(
    configOf({ DYNAMODB_TABLE: TABLE, AWS_REGION: 'eu-central-1', DYNAMODB_CREATE_TABLE: 'true' }).dynamodb?.mayCreate,
  ).toBe(true);
});

test('with the address of another server the service creates the table there, in any region', () => {
  const env = { DYNAMODB_TABLE: TABLE, AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000' };
  expect(configOf(env)).toEqual({
    dynamodb: { table: TABLE, region: 'us-east-1', endpoint: 'http://127.0.0.1:8000', mayCreate: true },
    faults: [],
  });
  expect(configOf({ DYNAMODB_TABLE: TABLE, AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }).dynamodb?.mayCreate).toBe(true);
});

test.each([
  [{ DYNAMODB_TABLE: 'a b', AWS_REGION: 'eu-central-1' }, 'DYNAMODB_TABLE'],
  [{ DYNAMODB_TABLE: TABLE }, 'AWS_REGION'],
  [{ DYNAMODB_TABLE: TABLE, AWS_REGION: 'http://x' }, 'AWS_REGION'],
  [{ DYNAMODB_TABLE: TABLE, AWS_ENDPOINT_URL_DYNAMODB: 'localhost:8000' }, 'AWS_ENDPOINT_URL_DYNAMODB'],
  [{ DYNAMODB_TABLE: TABLE, AWS_ENDPOINT_URL_DYNAMODB: 'http://u:p@localhost' }, 'AWS_ENDPOINT_URL_DYNAMODB'],
  [{ DYNAMODB_TABLE: TABLE, AWS_REGION: 'eu-central-1', DYNAMODB_CREATE_TABLE: 'maybe' }, 'DYNAMODB_CREATE_TABLE'],
  [{ DYNAMODB_CREATE_TABLE: 'true' }, 'DYNAMODB_CREATE_TABLE'],
])('of %j the fault names %s', (env, where) => {
  expect(configOf(env).faults).toContain(where);
});
