import type { Log } from '#telemetry/log.ts';
import type { ListEntry } from '#waiting-room/ports/outbox.ts';
import type { Attempt } from '../delivery.ts';
import type { BusEntry } from './bus-entry.ts';
import type { PutEvents } from './put-events.ts';

/** The most entries of one request, and their size in bytes. */
const ENTRIES = 10;
const BYTES = 240_000;

/** Errors of one entry that no other attempt changes. */
const HOPELESS: ReadonlySet<string> = new Set(['MalformedDetail', 'InvalidArgument', 'ValidationException']);

export interface SendBatchDeps {
  readonly putEvents: PutEvents;
  readonly log: Pick<Log, 'error'>;
  /** Called with the number of entries that the bus never takes. */
  readonly dropped: (entries: number) => void;
}

/** What of a request has to be sent again, and why. */
interface Outcome {
  readonly left: readonly ListEntry[];
  readonly failure: object | null;
}

/** Sends a batch as several requests at once. Each entry fails or arrives on its own. */
export function createSendBatch({ putEvents, log, dropped }: SendBatchDeps): Attempt {
  async function send(entries: readonly ListEntry[], signal: AbortSignal): Promise<Outcome> {
    try {
      const codes = await putEvents(
        entries.map(({ entry }) => JSON.parse(entry) as BusEntry),
        signal,
      );
      const failed = entries.map((entry, n) => ({ entry, code: codes[n] ?? null })).filter(({ code }) => code !== null);
      const again = failed.filter(({ code }) => !HOPELESS.has(code ?? ''));
      drop(failed.length - again.length, failed.find(({ code }) => HOPELESS.has(code ?? ''))?.code);
      return { left: again.map(({ entry }) => entry), failure: again[0] ? { code: again[0].code } : null };
    } catch (error) {
      return { left: entries, failure: failureOf(error) };
    }
  }

  function drop(entries: number, code: string | null | undefined): void {
    if (entries === 0) return;
    log.error({ dropped: entries, code }, 'the event bus refuses events');
    dropped(entries);
  }

  return async (batch, signal) => {
    const outcomes = await Promise.all(requestsOf(batch).map((entries) => send(entries, signal)));
    return {
      left: outcomes.flatMap(({ left }) => left),
      failure: outcomes.find(({ failure }) => failure !== null)?.failure ?? null,
    };
  };
}

/** The name of an error of the SDK. Its message may repeat what was sent. */
const failureOf = (error: unknown) => ({ code: error instanceof Error ? error.name : 'unknown' });

function requestsOf(batch: readonly ListEntry[]): readonly (readonly ListEntry[])[] {
  const requests: ListEntry[][] = [];
  let bytes = BYTES;
  for (const each of batch) {
    const size = Buffer.byteLength(each.entry);
    const last = requests.at(-1);
    if (!last || last.length === ENTRIES || bytes + size > BYTES) {
      requests.push([each]);
      bytes = size;
    } else {
      last.push(each);
      bytes += size;
    }
  }
  return requests;
}
