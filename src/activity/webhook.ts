/**
 * The outgoing webhook: delivers events from the outbox in order. A batch leaves the outbox when the receiver answers
 * 2xx, so no event arrives after a later one.
 */
import type { Outbound } from '#outbound/index.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { ListEntry } from '#waiting-room/ports/outbox.ts';
import { type Delivery, type DeliveryDeps, startDelivery } from './delivery.ts';
import { deliveryId, signedHeaders } from './signature.ts';

export type Webhook = Delivery;

export interface WebhookDeps extends Pick<DeliveryDeps, 'outbox' | 'leases' | 'self' | 'log' | 'times'> {
  readonly url: string;
  /** In base64. Each key signs. */
  readonly keys: readonly string[];
  readonly outbound: Pick<Outbound, 'send'>;
  readonly now: () => number;
  readonly metrics: Pick<Metrics, 'delivered'>;
}

export function startWebhook(deps: WebhookDeps): Webhook {
  const { metrics, outbox, leases, self, log, times } = deps;
  return startDelivery({
    ...{ name: 'webhook', receiver: 'webhook', outbox, leases, self, log, times },
    delivered: (outcome) => metrics.delivered(outcome),
    async attempt(batch, signal) {
      const failure = await post(deps, batch, signal);
      return { failure, left: failure ? batch : [] };
    },
  });
}

/** Null if the receiver took the delivery; otherwise fields to log. */
async function post(
  { url, keys, outbound, now }: WebhookDeps,
  batch: readonly ListEntry[],
  signal: AbortSignal,
): Promise<{ status: number } | { err: unknown } | null> {
  const body = `{"activities":[${batch.map(({ entry }) => entry).join(',')}]}`;
  try {
    // A delivery is signed for one receiver; `send` follows no redirect.
    const response = await outbound.send(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'Anteroom',
        ...signedHeaders(keys, { id: deliveryId(body), at: now(), body }),
      },
      body,
      signal,
    });
    response.discard();
    return response.ok ? null : { status: response.status };
  } catch (error) {
    return { err: error };
  }
}
