/** PutEvents of Amazon EventBridge. Loaded only where AWS_EVENT_BUS is set, because the SDK takes time to load. */
import { EventBridgeClient, type EventBridgeClientConfig, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { BusEntry } from './bus-entry.ts';

/**
 * Sends at most ten entries. Resolves to the error code of each, null for one that the bus took. Rejects if the request
 * failed as a whole.
 */
export type PutEvents = (entries: readonly BusEntry[], signal: AbortSignal) => Promise<readonly (string | null)[]>;

const SOURCE = 'custom.waitingroom';

/** @param options Default: credentials, region and endpoint from the environment, as the SDK finds them. */
export function createPutEvents(bus: string, options: EventBridgeClientConfig = {}): PutEvents {
  // The delivery retries, and it keeps what failed.
  const client = new EventBridgeClient({ maxAttempts: 1, ...options });
  return async (entries, abortSignal) => {
    const command = new PutEventsCommand({
      Entries: entries.map(({ type, detail, time }) => ({
        EventBusName: bus,
        Source: SOURCE,
        DetailType: type,
        Detail: JSON.stringify(detail),
        Time: new Date(time),
      })),
    });
    const { Entries = [] } = await client.send(command, { abortSignal });
    return entries.map((_, n) => Entries[n]?.ErrorCode ?? null);
  };
}
