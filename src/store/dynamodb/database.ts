/** The table as the adapters use it: consistent reads, and conditions that answer instead of throwing. */
import { randomUUID } from 'node:crypto';
import {
  DeleteItemCommand,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Client } from './client.ts';
import { isTransient, nameOf, refused } from './errors.ts';
import { createInserts, DUPLICATE } from './inserts.ts';
import { BY_TIME, type Key } from './keys.ts';
import { type Item, N, S, textOf } from './values.ts';

/** A condition on the item, or an update of it. Its names are `#name`, and its values `:value`. */
export interface Expression {
  readonly text: string;
  /** By name, for those that DynamoDB reserves. */
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Item;
}

export interface Database {
  /** With `names` only these attributes. */
  get(key: Key, names?: readonly string[]): Promise<Item | undefined>;
  /** Whether the condition held and the item was put. */
  put(item: Item, condition?: Expression): Promise<boolean>;
  /** The same for an item that is new most of the time, under a condition that holds for a new one. */
  putNew(item: Item, condition: Expression): Promise<boolean>;
  /** Whether the condition held and the item was updated. The update is a `SET`. */
  update(key: Key, update: Expression, condition?: Expression): Promise<boolean>;
  /** Adds to a number of an item, which begins at 0. Resolves to the sum. */
  add(key: Key, name: string, number: number): Promise<number>;
  /** Whether the condition held. The item that was there is answered with it. */
  remove(key: Key, condition?: Expression): Promise<{ readonly held: boolean; readonly item?: Item | undefined }>;
  /**
   * All items of a partition, in the order of their sort keys; with `prefix` those whose sort key begins so, with `names`
   * only these attributes.
   */
  all(pk: string, prefix?: string, names?: readonly string[]): Promise<Item[]>;
  /** All items of a partition of the index whose time is later, in the order of time. What was just written may lack. */
  later(ix: string, after: number): Promise<Item[]>;
}

export const NEW: Expression = { text: 'attribute_not_exists(pk)' };

export const itemKey = ({ pk, sk }: Key) => ({ pk: S(pk), sk: S(sk) });

export interface DatabaseDeps {
  readonly client: Client;
  readonly table: string;
  /** Resolves when the table can be used. */
  readonly ready: () => Promise<void>;
  /** Called where the table is gone. */
  readonly lost: () => void;
}

/** What was tried of a write in another way. */
interface Before {
  /** In ms of `performance.now`. */
  readonly begun?: number;
  /** How often it may have been done. */
  readonly attempts: number;
  /** A failure that a pause has to follow. */
  readonly failure?: Error;
}

export function createDatabase({ client, table, ready, lost }: DatabaseDeps): Database {
  const insert = createInserts({ client, table });

  async function request<T>(send: (abortSignal: AbortSignal) => Promise<T>, begun?: number): Promise<T> {
    try {
      await ready();
      return await client.repeat((_, abortSignal) => send(abortSignal), begun);
    } catch (error) {
      if (nameOf(error) === 'ResourceNotFoundException') lost();
      throw nameOf(error) === 'ConditionalCheckFailedException' ? error : refused(error);
    }
  }

  async function query(input: Omit<QueryCommandInput, 'TableName'>): Promise<Item[]> {
    const items: Item[] = [];
    let from: Item | undefined;
    do {
      const start = from === undefined ? {} : { ExclusiveStartKey: from };
      const page = await request((abortSignal) =>
        client.sdk.send(new QueryCommand({ TableName: table, ...input, ...start }), { abortSignal }),
      );
      items.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from);
    return items;
  }

  async function get(key: Key, names?: readonly string[]): Promise<Item | undefined> {
    const input = { TableName: table, Key: itemKey(key), ConsistentRead: true, ...projected(names) };
    return (await request((abortSignal) => client.sdk.send(new GetItemCommand(input), { abortSignal }))).Item;
  }

  /**
   * Whether the condition of a write held. A write that got no answer is repeated, and may have been done: then its own
   * mark is in the item.
   */
  async function held(
    key: Key,
    write: string,
    send: (abortSignal: AbortSignal) => Promise<unknown>,
    { begun, attempts: before }: Before = { attempts: 0 },
  ): Promise<boolean> {
    let attempts = before;
    try {
      await request((abortSignal) => {
        attempts += 1;
        return send(abortSignal);
      }, begun);
      return true;
    } catch (error) {
      if (nameOf(error) !== 'ConditionalCheckFailedException') throw error;
      return attempts > 1 && (await get(key))?.write?.S === write;
    }
  }

  function put(item: Item, write: string, condition?: Expression, before?: Before): Promise<boolean> {
    const input = { TableName: table, Item: item, ...conditional(condition) };
    const key = { pk: textOf(item.pk), sk: textOf(item.sk) };
    let failure = before?.failure;
    const send = async (abortSignal: AbortSignal) => {
      const earlier = failure;
      failure = undefined;
      if (earlier) throw earlier;
      return client.direct.put(input, abortSignal);
    };
    return held(key, write, send, before);
  }

  return {
    get,
    put(item, condition) {
      const write = randomUUID();
      return put({ ...item, write: S(write) }, write, condition);
    },
    async putNew(item, condition) {
      const [write, begun] = [randomUUID(), performance.now()];
      const marked = { ...item, write: S(write) };
      const failure = await insert(marked);
      if (!failure) return true;
      const attempts = nameOf(failure) === DUPLICATE ? 0 : 1;
      return put(marked, write, condition, { begun, attempts, ...(isTransient(failure) ? { failure } : {}) });
    },
    update(key, { text, names, values }, condition) {
      const write = randomUUID();
      const update = {
        text: `${text}, #write = :write`,
        names: { ...names, '#write': 'write' },
        values: { ...values, ':write': S(write) },
      };
      const input = { TableName: table, Key: itemKey(key), ...conditional(condition, update) };
      return held(key, write, (abortSignal) => client.direct.update(input, abortSignal));
    },
    async add(key, name, number) {
      const { Attributes } = await request((abortSignal) =>
        client.sdk.send(
          new UpdateItemCommand({
            TableName: table,
            Key: itemKey(key),
            UpdateExpression: 'ADD #n :n',
            ExpressionAttributeNames: { '#n': name },
            ExpressionAttributeValues: { ':n': N(number) },
            ReturnValues: 'UPDATED_NEW',
          }),
          { abortSignal },
        ),
      );
      return Number(Attributes?.[name]?.N);
    },
    async remove(key, condition) {
      const input = {
        ...{ TableName: table, Key: itemKey(key), ReturnValues: 'ALL_OLD' as const },
        ...conditional(condition),
      };
      try {
        const answer = await request((abortSignal) => client.sdk.send(new DeleteItemCommand(input), { abortSignal }));
        return { held: true, item: answer.Attributes };
      } catch (error) {
        if (nameOf(error) === 'ConditionalCheckFailedException') return { held: false };
        throw error;
      }
    },
    all: (pk, prefix, names) =>
      query({
        ...projected(names),
        KeyConditionExpression: prefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': S(pk), ...(prefix === undefined ? {} : { ':prefix': S(prefix) }) },
        ConsistentRead: true,
      }),
    later: (ix, after) =>
      query({
        IndexName: BY_TIME,
        KeyConditionExpression: 'ix = :ix AND #at > :after',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':ix': S(ix), ':after': N(after) },
      }),
  };
}

function projected(names?: readonly string[]) {
  if (names === undefined) return {};
  return {
    ProjectionExpression: names.map((_, n) => `#p${n}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name, n) => [`#p${n}`, name])),
  };
}

function conditional(condition?: Expression, update?: Expression) {
  const names = { ...condition?.names, ...update?.names };
  const values = { ...condition?.values, ...update?.values };
  return {
    ...(condition ? { ConditionExpression: condition.text } : {}),
    ...(update ? { UpdateExpression: update.text } : {}),
    ...(Object.keys(names).length > 0 ? { ExpressionAttributeNames: names } : {}),
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
  };
}
