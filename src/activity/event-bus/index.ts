/**
 * Takes activity events to a bus of Amazon EventBridge: a sink that stores them in an outbox of their own, once a second,
 * and the delivery from there. It does not know the SDK: `put-events.ts` does.
 */
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { Activity, ActivityType } from '#waiting-room/activity.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { createRoomsByEvent } from '#waiting-room/rooms-by-event.ts';
import { type Delivery, type DeliveryDeps, startDelivery } from '../delivery.ts';
import { createOutboxSink, type OutboxSink } from '../outbox-sink.ts';
import { AWS_SOURCES } from './aws-event.ts';
import { busEntriesOf } from './bus-entry.ts';
import type { PutEvents } from './put-events.ts';
import { createSendBatch } from './send-batch.ts';

export type { PutEvents } from './put-events.ts';

export interface EventBusDeps extends Pick<DeliveryDeps, 'leases' | 'self' | 'times'> {
  readonly putEvents: PutEvents;
  /** The types of our own events that go to the bus; those of AWS's solution always do. */
  readonly types: readonly ActivityType[];
  readonly store: Pick<Store, 'eventBusOutbox' | 'settings'>;
  readonly now: () => number;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'busDelivered' | 'busDropped'>;
  readonly onError: (error: unknown) => void;
}

export interface EventBus extends Pick<OutboxSink, 'sink'> {
  /** Stops the delivery and stores what is buffered. */
  close(): Promise<void>;
}

export function startEventBus(deps: EventBusDeps): EventBus {
  const { putEvents, types, store, now, log, metrics, onError } = deps;
  const wanted = new Set(types);
  const roomsByEvent = createRoomsByEvent(store.settings, now);
  const dropped = (events: number) => metrics.busDropped(events);

  async function entriesOf(activities: readonly Activity[]): Promise<readonly string[]> {
    const eventIds = new Map([...(await roomsByEvent.get())].map(([eventId, room]) => [room, eventId]));
    return activities
      .flatMap((activity) =>
        busEntriesOf(
          activity,
          ('room' in activity && activity.room !== null && eventIds.get(activity.room)) || null,
          wanted,
        ),
      )
      .map((entry) => JSON.stringify(entry));
  }

  const outboxSink = createOutboxSink({
    outbox: store.eventBusOutbox,
    receiver: 'event bus',
    types: [...new Set([...wanted, ...AWS_SOURCES])],
    entriesOf,
    ...{ now, log, onError },
    metrics: { dropped },
  });
  const delivery: Delivery = startDelivery({
    ...{ name: 'event-bus', receiver: 'event bus', outbox: store.eventBusOutbox },
    ...{ leases: deps.leases, self: deps.self, log, times: deps.times },
    delivered: (outcome) => metrics.busDelivered(outcome),
    attempt: createSendBatch({ putEvents, log, dropped }),
  });

  return {
    sink: outboxSink.sink,
    async close() {
      await delivery.stop();
      await outboxSink.close();
    },
  };
}
