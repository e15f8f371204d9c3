/** Sees that the table is there and as it must be, and creates it where the service may. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type KeySchemaElement,
  type TableDescription,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { Client } from './client.ts';
import { isTransient, nameOf, TableFault } from './errors.ts';
import { BY_TIME } from './keys.ts';

export interface TableLog {
  warn(details: object, message: string): void;
}

export interface TableOptions {
  readonly client: Client;
  readonly name: string;
  /** Whether the service may create the table. */
  readonly mayCreate: boolean;
  readonly log?: TableLog | undefined;
}

const KEYS = { pk: 'S', sk: 'S', ix: 'S', at: 'N' } as const;
type KeyName = keyof typeof KEYS;
const TTL = 'ttl';
/** How often to look whether a new table can be used, and how often at most, in ms. */
const LOOK = { every: 100, times: 300 } as const;

const schema = (hash: KeyName, range: KeyName): KeySchemaElement[] => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

/** As deploy/cloudformation/anteroom.yaml has it. */
export const definitionOf = (name: string): CreateTableCommandInput => ({
  TableName: name,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: Object.entries(KEYS).map(([AttributeName, AttributeType]) => ({
    AttributeName,
    AttributeType,
  })),
  KeySchema: schema('pk', 'sk'),
  GlobalSecondaryIndexes: [
    { IndexName: BY_TIME, KeySchema: schema('ix', 'at'), Projection: { ProjectionType: 'ALL' } },
  ],
});

/**
 * Resolves when the table can be used. Throws {@link TableFault} where it cannot be used as it is, or this process may
 * not use it; anything else that it throws may pass.
 */
export async function checkTable({ client, name, mayCreate, log }: TableOptions): Promise<void> {
  const fault = (...faults: readonly string[]) => new TableFault(name, faults);

  async function describe(): Promise<TableDescription | null> {
    try {
      const answer = await client.repeat((sdk, abortSignal) =>
        sdk.send(new DescribeTableCommand({ TableName: name }), { abortSignal }),
      );
      return answer.Table ?? null;
    } catch (error) {
      if (nameOf(error) === 'ResourceNotFoundException') return null;
      throw isTransient(error) ? error : fault(`${nameOf(error)}: ${(error as Error).message}`);
    }
  }

  async function create(): Promise<void> {
    if (!mayCreate) {
      throw fault('there is no such table. Create it with deploy/cloudformation, or set DYNAMODB_CREATE_TABLE=true');
    }
    try {
      await client.repeat((sdk, abortSignal) => sdk.send(new CreateTableCommand(definitionOf(name)), { abortSignal }));
    } catch (error) {
      // Another process was first.
      if (nameOf(error) !== 'ResourceInUseException') throw error;
    }
  }

  /** The table when it is active. */
  async function activeTable(): Promise<TableDescription> {
    let isCreated = false;
    for (let look = 0; look < LOOK.times; look++) {
      const table = await describe();
      if (table && table.TableStatus !== 'CREATING') return table;
      if (!table && !isCreated) await create();
      isCreated = true;
      await new Promise((resolve) => setTimeout(resolve, LOOK.every));
    }
    throw fault('it does not become active');
  }

  /** What expires goes by itself: enabled where the service made the table, and required elsewhere. */
  async function timeToLive(): Promise<string[]> {
    try {
      const { TimeToLiveDescription: found } = await client.repeat((sdk, abortSignal) =>
        sdk.send(new DescribeTimeToLiveCommand({ TableName: name }), { abortSignal }),
      );
      const isOn = found?.TimeToLiveStatus === 'ENABLED' || found?.TimeToLiveStatus === 'ENABLING';
      if (isOn) {
        const of = found.AttributeName;
        return of === TTL ? [] : [`its time to live is that of ${of} and must be that of the attribute ${TTL}`];
      }
      if (!mayCreate) return [`its time to live is off: enable it for the attribute ${TTL}`];
      const on = { TableName: name, TimeToLiveSpecification: { AttributeName: TTL, Enabled: true } };
      await client.repeat((sdk, abortSignal) => sdk.send(new UpdateTimeToLiveCommand(on), { abortSignal }));
    } catch (error) {
      if (isTransient(error)) throw error;
      // A stand-in of DynamoDB without a time to live, or a role that may not ask for it.
      log?.warn({ table: name, why: nameOf(error) }, 'time to live unknown: expired rows may stay in the table');
    }
    return [];
  }

  async function warnOfBackups(): Promise<void> {
    try {
      const { ContinuousBackupsDescription: backups } = await client.sdk.send(
        new DescribeContinuousBackupsCommand({ TableName: name }),
      );
      const status = backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
      if (status !== 'ENABLED') log?.warn({ table: name }, 'point-in-time recovery of the table is off');
    } catch {
      // It is advice, and a role need not allow to ask.
    }
  }

  const table = await activeTable();
  const faults = [...faultsOf(table), ...(await timeToLive())];
  if (faults.length > 0) throw fault(...faults);
  if (!mayCreate) void warnOfBackups();
}

/** What is wrong with a table. */
export function faultsOf(table: TableDescription): string[] {
  const faults: string[] = [];
  const { TableStatus: status, GlobalSecondaryIndexes: indexes = [] } = table;
  if (status !== 'ACTIVE' && status !== 'UPDATING') faults.push(`its status is ${status}`);
  faults.push(...faultsOfKeys('its key', table, table.KeySchema, 'pk', 'sk'));
  const index = indexes.find(({ IndexName }) => IndexName === BY_TIME);
  if (!index) return [...faults, `it has no index ${BY_TIME} of ix (S) and at (N)`];
  if (index.IndexStatus !== 'ACTIVE') faults.push(`its index ${BY_TIME} is ${index.IndexStatus}`);
  faults.push(...faultsOfKeys(`the key of its index ${BY_TIME}`, table, index.KeySchema, 'ix', 'at'));
  const projection = index.Projection?.ProjectionType;
  if (projection !== 'ALL') faults.push(`its index ${BY_TIME} projects ${projection} and must project ALL`);
  return faults;
}

function faultsOfKeys(
  what: string,
  { AttributeDefinitions: definitions = [] }: TableDescription,
  keys: readonly KeySchemaElement[] = [],
  ...names: readonly [KeyName, KeyName]
): string[] {
  const type = (name: string | undefined) =>
    definitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  const text = (parts: readonly { readonly name: string | undefined; readonly type: string | undefined }[]) =>
    parts.map((part) => `${part.name} (${part.type})`).join(' and ');
  const found = text(
    [...keys]
      .sort((one, other) => Number(one.KeyType === 'RANGE') - Number(other.KeyType === 'RANGE'))
      .map(({ AttributeName: name }) => ({ name, type: type(name) })),
  );
  const wanted = text(names.map((name) => ({ name, type: KEYS[name] })));
  return found === wanted ? [] : [`${what} is ${found} and must be ${wanted}`];
}
