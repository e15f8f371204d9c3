/**
 * New items that are written at the same moment share a request, a PartiQL statement each: an INSERT succeeds where no
 * item has its key, and each statement is answered on its own. What is not inserted is for the caller to put.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Client } from './client.ts';
import { isTransient, nameOf } from './errors.ts';
import { type Item, textOf } from './values.ts';

export interface InsertsDeps {
  readonly client: Pick<Client, 'direct' | 'longest'>;
  readonly table: string;
}

/** Resolves to null when the item is in the table, and to why it is not, or may not be. Never rejects. */
export type Insert = (item: Item) => Promise<Error | null>;

/** DynamoDB takes so many statements in a request. */
const MOST = 25;
/** While so many requests are under way, items are gathered, for a few ms at most. */
const AT_ONCE = 2;
const GATHERING = 5;
/** A statement whose key has an item. */
export const DUPLICATE = 'DuplicateItem';
/** A server or a policy without PartiQL is asked again after so long, in ms. */
const REFUSED = 60_000;

interface Pending {
  readonly item: Item;
  readonly resolve: (failure: Error | null) => void;
}

interface Answer {
  readonly Responses?: readonly { readonly Error?: { readonly Code?: string; readonly Message?: string } }[];
}

export function createInserts({ client, table }: InsertsDeps): Insert {
  let waiting: Pending[] = [];
  let running = 0;
  let refusal: { readonly until: number; readonly error: Error } | null = null;

  const textOfInsert = remember((names) => {
    const attributes = names.split(' ').map((name) => `'${name}': ?`);
    return `INSERT INTO "${table}" VALUE {${attributes.join(', ')}}`;
  });

  function statementOf(item: Item): { readonly Statement: string; readonly Parameters: readonly AttributeValue[] } {
    return { Statement: textOfInsert(Object.keys(item).join(' ')), Parameters: Object.values(item) };
  }

  async function send(batch: readonly Pending[]): Promise<void> {
    running += 1;
    const outcomes = await answersTo(batch);
    running -= 1;
    const error = outcomes.find(isLasting);
    if (error) refusal = { until: performance.now() + REFUSED, error };
    batch.forEach(({ resolve }, index) => {
      resolve(outcomes[index] as Error | null);
    });
    if (waiting.length > 0) flush();
  }

  async function answersTo(batch: readonly Pending[]): Promise<readonly (Error | null)[]> {
    try {
      const statements = { Statements: batch.map(({ item }) => statementOf(item)) };
      const late = AbortSignal.timeout(client.longest);
      const { Responses = [] } = (await client.direct.send('BatchExecuteStatement', statements, late)) as Answer;
      return batch.map((_, index) => failureIn(Responses[index]));
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      return batch.map(() => failure);
    }
  }

  /** A refusal by DynamoDB that the same request will get again. */
  function isLasting(failure: Error | null): failure is Error {
    return failure !== null && '$metadata' in failure && nameOf(failure) !== DUPLICATE && !isTransient(failure);
  }

  function flush(): void {
    const batch = waiting;
    waiting = [];
    if (batch.length > 0) void send(batch);
  }

  /** At the end of this turn of the event loop. */
  function flushSoon(): void {
    if (running < AT_ONCE) flush();
    else setTimeout(flush, GATHERING);
  }

  return (item) => {
    if (refusal && performance.now() < refusal.until) return Promise.resolve(refusal.error);
    // Two statements of one request must not be about the same item.
    if (waiting.length === MOST || waiting.some((other) => textOf(other.item.pk) === textOf(item.pk))) flush();
    return new Promise((resolve) => {
      waiting.push({ item, resolve });
      if (waiting.length === 1) setImmediate(flushSoon);
    });
  };
}

const NO_ANSWER = { Error: { Code: 'InternalServerError', Message: 'no answer to the statement' } };

/** Named as DynamoDB names the errors of other requests, where there is such a one. */
function failureIn(response: NonNullable<Answer['Responses']>[number] = NO_ANSWER): Error | null {
  if (!response.Error) return null;
  const { Code: code = '', Message: message = '' } = response.Error;
  return Object.assign(new Error(message), { name: NAMES[code] ?? code, $metadata: { httpStatusCode: 400 } });
}

const NAMES: Readonly<Record<string, string>> = {
  ProvisionedThroughputExceeded: 'ProvisionedThroughputExceededException',
  ThrottlingError: 'ThrottlingException',
  TransactionConflict: 'TransactionConflictException',
};

/** There are as many texts as kinds of item. */
function remember(make: (names: string) => string): (names: string) => string {
  const texts = new Map<string, string>();
  return (names) => {
    const text = texts.get(names) ?? make(names);
    texts.set(names, text);
    return text;
  };
}
