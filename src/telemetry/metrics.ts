/** Everything that is measured, by name. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Counters } from '#waiting-room/line/counters.ts';

export type DoorName = 'oidc' | 'public' | 'admin' | 'other';

/** How a join ended: with a number to wait with, or straight inside. */
export type JoinOutcome = 'waiting' | 'admitted' | 'closed';
export type ClaimOutcome = 'admitted' | 'repeated' | 'refused';

/** Polls answered: plain integers, since counting must cost nothing there. Whoever answers a poll adds one. */
export interface PollCounts {
  /** The shared status of a room. */
  status: number;
  /** A visitor's own facts. */
  facts: number;
}

/** Checks of the gate answered: plain integers as well. Whoever answers one adds one. */
export interface GateCounts {
  /** Who was inside. */
  inside: number;
  /** A token was taken, for the gate's cookie. */
  entered: number;
  /** A navigation was sent on: to wait, or to the same address without a token that was worth nothing. */
  redirected: number;
  /** What was neither inside nor a navigation; what cannot be checked, and what the room does not lead to. */
  refused: number;
  /** There was no telling, for want of the store. */
  failed: number;
}

export interface RoomGauges {
  readonly room: string;
  readonly counters: Counters;
  /** Predicted waits that came true, and that did not. */
  readonly predictions: { readonly within: number; readonly outside: number };
}

/** How an attempt to deliver facts ended. */
export type DeliveryOutcome = 'delivered' | 'failed';

/** How telling a relying party of an end went. */
export type LogoutOutcome = 'notified' | 'refused' | 'failed' | 'given_up';

export interface Metrics {
  readonly polls: PollCounts;
  readonly gateChecks: GateCounts;
  request(door: DoorName, status: number, seconds: number): void;
  joined(room: string, outcome: JoinOutcome): void;
  claimed(room: string, outcome: ClaimOutcome): void;
  /** Something of this type happened. */
  happened(type: string): void;
  delivered(outcome: DeliveryOutcome): void;
  /** So many facts were dropped before they could be delivered. */
  dropped(facts: number): void;
  /** A relying party was told that an admission ended, or was not. */
  loggedOut(outcome: LogoutOutcome): void;
  storeFailed(operation: string): void;
  /** Where the gauges of the rooms come from at each scrape: what this process knows, without asking the store. */
  watchRooms(rooms: () => Iterable<RoomGauges>): void;
  /** The text that Prometheus reads, and its media type. */
  expose(): Promise<{ readonly type: string; readonly text: string }>;
}

const GAUGES = {
  queue: 'Numbers given',
  serving: 'Numbers up to this one are served',
  waiting: 'Given, unserved and not left',
  present: 'Of those waiting, heard from lately',
  claimed: 'Admissions ever',
  active: 'Admissions that live',
  completed: 'Admissions ended by the site as completed',
  abandoned: 'Admissions ended by the site or the visitor',
  expired: 'Served and not claimed in time',
} as const satisfies Record<keyof Counters, string>;

/** @param processMetrics whether to measure the process too (memory, event loop, garbage collection). */
export function createMetrics({ processMetrics = true }: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const polls: PollCounts = { status: 0, facts: 0 };
  const gateChecks: GateCounts = { inside: 0, entered: 0, redirected: 0, refused: 0, failed: 0 };
  let rooms: () => Iterable<RoomGauges> = () => [];

  if (processMetrics) collectDefaultMetrics({ register: registry, prefix: 'anteroom_' });

  const requests = new Histogram({
    name: 'anteroom_http_request_duration_seconds',
    help: 'Requests answered, by door and status',
    labelNames: ['door', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const joins = new Counter({
    name: 'anteroom_joins_total',
    help: 'Visitors who joined a room, by how it ended',
    labelNames: ['room', 'outcome'],
    registers,
  });
  const claims = new Counter({
    name: 'anteroom_claims_total',
    help: 'Turns asked for, by how it ended',
    labelNames: ['room', 'outcome'],
    registers,
  });
  const storeErrors = new Counter({
    name: 'anteroom_store_errors_total',
    help: 'Operations that the store did not answer',
    labelNames: ['operation'],
    registers,
  });
  const activities = new Counter({
    name: 'anteroom_activities_total',
    help: 'What happened in rooms, by type',
    labelNames: ['type'],
    registers,
  });
  const deliveries = new Counter({
    name: 'anteroom_webhook_deliveries_total',
    help: 'Attempts to deliver facts to the webhook, by how they ended',
    labelNames: ['outcome'],
    registers,
  });
  const drops = new Counter({
    name: 'anteroom_webhook_dropped_total',
    help: 'Facts that were dropped before the webhook took them',
    registers,
  });
  const logouts = new Counter({
    name: 'anteroom_backchannel_logouts_total',
    help: 'Attempts to tell a relying party that an admission ended, by how they ended',
    labelNames: ['outcome'],
    registers,
  });
  new Counter({
    name: 'anteroom_polls_total',
    help: 'Polls answered, by kind',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      this.inc({ kind: 'status' }, polls.status);
      this.inc({ kind: 'facts' }, polls.facts);
    },
  });
  new Counter({
    name: 'anteroom_gate_checks_total',
    help: 'Checks of the gate answered, by how they ended',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(gateChecks)) this.inc({ outcome }, count);
    },
  });
  for (const [name, help] of Object.entries(GAUGES) as [keyof Counters, string][]) {
    new Gauge({
      name: `anteroom_room_${name}`,
      help,
      labelNames: ['room'],
      registers,
      collect() {
        this.reset();
        for (const { room, counters } of rooms()) this.set({ room }, counters[name]);
      },
    });
  }
  new Gauge({
    name: 'anteroom_room_predictions',
    help: 'Predicted waits that were compared with what came, by whether it was inside the predicted range',
    labelNames: ['room', 'result'],
    registers,
    collect() {
      this.reset();
      for (const { room, predictions } of rooms()) {
        this.set({ room, result: 'within' }, predictions.within);
        this.set({ room, result: 'outside' }, predictions.outside);
      }
    },
  });

  return {
    polls,
    gateChecks,
    request: (door, status, seconds) => requests.observe({ door, status: String(status) }, seconds),
    joined: (room, outcome) => joins.inc({ room, outcome }),
    claimed: (room, outcome) => claims.inc({ room, outcome }),
    happened: (type) => activities.inc({ type }),
    delivered: (outcome) => deliveries.inc({ outcome }),
    dropped: (facts) => drops.inc(facts),
    loggedOut: (outcome) => logouts.inc({ outcome }),
    storeFailed: (operation) => storeErrors.inc({ operation }),
    watchRooms: (source) => {
      rooms = source;
    },
    expose: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}
