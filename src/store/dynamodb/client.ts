/** Requests to DynamoDB, repeated with jitter while they may succeed within the budget. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isTransient } from './errors.ts';

/** How long a request may take with all its repetitions, in ms. */
export const BUDGET = 2000;
/** The longest that one attempt may take, in ms. */
const ATTEMPT = 1000;
/** The first and the longest pause between two attempts, in ms. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 400;
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
  /** Repeats `attempt` until it succeeds or cannot, or the budget is used up: then it rejects as the last attempt. */
  repeat<T>(attempt: (sdk: DynamoDBClient, abortSignal: AbortSignal) => Promise<T>): Promise<T>;
}

/** The SDK finds the credentials: in the environment, of a task, of an instance. */
export function createClient({ region, endpoint, budget = BUDGET, onRetry }: ClientOptions): Client {
  const agent = { keepAlive: true, maxSockets: CONNECTIONS };
  const sdk = new DynamoDBClient({
    // The repetitions are below: the SDK's own know no budget.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: ATTEMPT, httpAgent: agent, httpsAgent: agent },
    ...(region === null ? {} : { region }),
    ...(endpoint === null ? {} : { endpoint }),
  });

  return {
    sdk,
    async repeat(attempt) {
      const until = performance.now() + budget;
      for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
        const left = Math.ceil(until - performance.now());
        try {
          return await attempt(sdk, AbortSignal.timeout(Math.max(1, Math.min(ATTEMPT, left))));
        } catch (error) {
          const wait = Math.random() * pause;
          if (!isTransient(error) || performance.now() + wait >= until) throw error;
          onRetry?.(error);
          await new Promise((resolve) => setTimeout(resolve, wait));
        }
      }
    },
  };
}
