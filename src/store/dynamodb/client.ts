/** Requests to DynamoDB, repeated with jitter while they may succeed within the budget. */
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDirectRequests, type DirectRequests } from './direct-request.ts';
import { isTransient } from './errors.ts';
import { createSlots } from './slots.ts';

/** How long a request may take with all its repetitions, in ms. */
export const BUDGET = 2000;
/** The first and the longest pause between two attempts, in ms. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 400;
/** So many requests are sent at once. The others wait, at most as long as a request may take. */
const CONNECTIONS = 64;

export interface ClientOptions {
  /** Null: as the SDK finds it, in AWS_REGION or the shared configuration. */
  readonly region: string | null;
  /** The URL of another server than AWS's. */
  readonly endpoint: string | null;
  /** Milliseconds that a request may take with all its repetitions. */
  readonly budget?: number | undefined;
  /** Called before a request is repeated. */
  readonly onRetry?: ((error: unknown) => void) | undefined;
}

export interface Client {
  readonly sdk: DynamoDBClient;
  /** Single attempts. */
  readonly direct: DirectRequests;
  /** How long one attempt may take, in ms. */
  readonly longest: number;
  /**
   * Repeats `attempt` until it succeeds or cannot, or the budget is used up: then it rejects as the last attempt. The
   * budget is counted from `begun`, in ms of `performance.now`.
   */
  repeat<T>(attempt: (sdk: DynamoDBClient, abortSignal: AbortSignal) => Promise<T>, begun?: number): Promise<T>;
}

/** The SDK finds the credentials: in the environment, of a task, of an instance. */
export function createClient({ region, endpoint, budget = BUDGET, onRetry }: ClientOptions): Client {
  // The longest that one attempt may take: there is time for another.
  const longest = budget / 2;
  const connections = { keepAlive: true, maxSockets: CONNECTIONS };
  const agents = { http: new Agent(connections), https: new TlsAgent(connections) };
  const sdk = new DynamoDBClient({
    // The repetitions are below: the SDK's own know no budget.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: longest, httpAgent: agents.http, httpsAgent: agents.https },
    ...(region === null ? {} : { region }),
    ...(endpoint === null ? {} : { endpoint }),
  });

  const inSlot = createSlots(CONNECTIONS, budget);

  async function repeat<T>(
    attempt: (sdk: DynamoDBClient, abortSignal: AbortSignal) => Promise<T>,
    begun: number,
  ): Promise<T> {
    const until = begun + budget;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const left = Math.ceil(until - performance.now());
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), Math.max(1, Math.min(longest, left)));
      try {
        return await attempt(sdk, late.signal);
      } catch (error) {
        const wait = Math.random() * pause;
        if (!isTransient(error) || performance.now() + wait >= until) throw error;
        onRetry?.(error);
        await new Promise((resolve) => setTimeout(resolve, wait));
      } finally {
        clearTimeout(timer);
      }
    }
  }

  return {
    ...{ sdk, longest, direct: createDirectRequests({ sdk, agents }) },
    repeat: (attempt, begun) => inSlot(() => repeat(attempt, begun ?? performance.now())),
  };
}
