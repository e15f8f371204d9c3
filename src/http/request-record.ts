import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '#telemetry/log.ts';
import { pathOnly } from '#telemetry/log.ts';
import type { DoorName, Metrics } from '#telemetry/metrics.ts';
import type { ClientAddress } from './client-address.ts';

export interface RequestRecordDeps {
  readonly log: Pick<Log, 'info' | 'isLevelEnabled'>;
  readonly metrics: Pick<Metrics, 'request'>;
  readonly clientAddress: ClientAddress;
}

export interface RecordedRequest {
  /** Path and query, as they were received. */
  readonly url: string;
  /** When the request was received, by `performance.now()`. */
  readonly start: number;
  /** Asked when the answer was sent. */
  readonly door: () => DoorName;
}

/**
 * Writes one log line and one measurement for a request, when its answer was sent or its client has gone. The client's
 * address is in the log only at the level `debug`.
 */
export type RecordRequest = (req: IncomingMessage, res: ServerResponse, request: RecordedRequest) => void;

export function createRequestRecord({ log, metrics, clientAddress }: RequestRecordDeps): RecordRequest {
  return (req, res, { url, start, door }) => {
    const from = log.isLevelEnabled('debug') ? { address: clientAddress(req) } : {};
    res.on('close', () => {
      const through = door();
      const milliseconds = performance.now() - start;
      const status = res.statusCode;
      metrics.request(through, status, milliseconds / 1000);
      if (!log.isLevelEnabled('info')) return;
      const path = pathOnly(url);
      log.info({ door: through, method: req.method, path, status, ms: Math.round(milliseconds), ...from }, 'request');
    });
  };
}
