/**
 * Declares every metric. This folder owns metrics and the log, and what must never be logged; it serves no request. It
 * imports the words of waiting-room.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CredentialKind } from '#waiting-room/activity.ts';
import type { AlertName } from '#waiting-room/alerts.ts';
import type { Counters } from '#waiting-room/line/counters.ts';
import { declareAlertGauge } from './alert-gauge.ts';
import { countGateChecks, type GateCounts } from './gate-counts.ts';
import type { MetricsSnapshot } from './merge-metrics.ts';
import type { NoticeOutcome } from './notice-outcome.ts';
import type { RoomGauges } from './room-gauge-values.ts';

export type DoorName = 'oidc' | 'public' | 'admin' | 'aws' | 'other';

/** How a join ended: with a number in line, admitted at once, or without a number. */
export type JoinOutcome = 'waiting' | 'admitted' | 'closed' | 'full' | 'challenged' | 'refused' | 'overloaded';
/** What happened with a challenge of proof: made, solved, or answered with a proof that is not valid. */
export type ProofOutcome = 'issued' | 'solved' | 'refused';
/** What a copy of a browser got: in, the page, or it took over. */
export type CopyOutcome = 'admitted' | 'refused' | 'took_over';
export type ClaimOutcome = 'admitted' | 'repeated' | 'refused';

/** Polls answered. Plain integers, which the handlers increment, because counting must cost a poll nothing. */
export interface PollCounts {
  /** The shared status of a room. */
  status: number;
  /** A visitor's own facts. */
  facts: number;
}

/** What the clock of a process is compared with: the store's, and that of the process whose clock differs most. */
export type ClockName = 'store' | 'processes';

/** How an attempt to deliver activity events ended. */
export type DeliveryOutcome = 'delivered' | 'failed';

/** `refused`: it is wrong. `limited`: there were too many wrong ones, or the same wrong one too often. */
export type AuthenticationFailure = 'refused' | 'limited';

/** How an attempt to notify a relying party of a logout ended. */
export type LogoutOutcome = 'notified' | 'refused' | 'failed' | 'given_up';

export interface Metrics {
  readonly polls: PollCounts;
  readonly gateChecks: GateCounts;
  request(door: DoorName, status: number, seconds: number): void;
  joined(room: string, outcome: JoinOutcome): void;
  claimed(room: string, outcome: ClaimOutcome): void;
  /** Measures the wait of a visitor who claimed the turn, in seconds, and what was predicted: null if nothing was. */
  waited(room: string, actual: number, predicted: number | null): void;
  proved(room: string, outcome: ProofOutcome): void;
  copied(room: string, outcome: CopyOutcome): void;
  /** Counts an activity event by type. */
  happened(type: string): void;
  delivered(outcome: DeliveryOutcome): void;
  /** Counts activity events that were dropped before they could be delivered. */
  dropped(events: number): void;
  /** The same of the event bus. */
  busDelivered(outcome: DeliveryOutcome): void;
  busDropped(events: number): void;
  /** Counts an attempt to notify a relying party that an admission ended. */
  loggedOut(outcome: LogoutOutcome): void;
  noticeSent(channel: 'email' | 'push', outcome: NoticeOutcome): void;
  authenticationFailed(credential: CredentialKind, outcome: AuthenticationFailure): void;
  storeFailed(operation: string): void;
  /** Counts keys of a room's line that the store lost. */
  keysLost(room: string, keys: readonly string[]): void;
  /** Sets how far this process's clock is ahead of the other, in ms. */
  clockSkewed(to: ClockName, skew: number): void;
  /** Sets the source of the process's own alerts. */
  watchAlerts(alerts: () => ReadonlyMap<AlertName, boolean>): void;
  /** Sets the source of the rooms' gauges, which is read at each scrape. It must not ask the store. */
  watchRooms(rooms: () => Iterable<RoomGauges>): void;
  /** The metrics as plain values, to be merged with those of other processes. */
  snapshot(): Promise<MetricsSnapshot>;
  /** The metrics as Prometheus reads them, and their media type. */
  expose(): Promise<{ readonly type: string; readonly text: string }>;
}

const ADMISSION_GAUGES: Readonly<Record<keyof RoomGauges['admissions'], string>> = {
  provisional: 'Live admissions that are not confirmed yet',
  lapsed: 'Admissions that were not confirmed in time',
};

const GAUGES = {
  queue: 'Numbers issued',
  serving: 'The serving counter: numbers up to this one are served',
  waiting: 'Numbers issued, not served and not left',
  present: 'Waiting visitors with a recent heartbeat',
  claimed: 'Admissions ever created',
  active: 'Live admissions',
  completed: 'Admissions that the site reported as completed',
  abandoned: 'Admissions that the site or the visitor ended',
  expired: 'Numbers served and not claimed within the claim window',
} as const satisfies Record<keyof Counters, string>;

/** @param processMetrics whether to include those of the process: memory, event loop, garbage collection. */
export function createMetrics({ processMetrics = true }: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const polls: PollCounts = { status: 0, facts: 0 };
  const gateChecks: GateCounts = { inside: 0, bypassed: 0, entered: 0, redirected: 0, refused: 0, failed: 0 };
  let rooms: () => Iterable<RoomGauges> = () => [];
  let alerts: () => ReadonlyMap<AlertName, boolean> = () => new Map();

  if (processMetrics) collectDefaultMetrics({ register: registry, prefix: 'anteroom_' });

  const requests = new Histogram({
    name: 'anteroom_http_request_duration_seconds',
    help: 'Duration of requests in seconds, by door and status',
    labelNames: ['door', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const joins = new Counter({
    name: 'anteroom_joins_total',
    help: 'Joins, by outcome',
    labelNames: ['room', 'outcome'],
    registers,
  });
  const claims = new Counter({
    name: 'anteroom_claims_total',
    help: 'Claims, by outcome',
    labelNames: ['room', 'outcome'],
    registers,
  });
  const waits = new Histogram({
    name: 'anteroom_room_wait_seconds',
    help: 'Waits of visitors who claimed their turn: how long they were, and the middle of what was predicted',
    labelNames: ['room', 'kind'],
    buckets: [5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400],
    registers,
  });
  const proofs = new Counter({
    name: 'anteroom_proofs_total',
    help: 'Challenges that were issued, and proofs that solved them or were refused',
    labelNames: ['room', 'outcome'],
    registers,
  });
  const copies = new Counter({
    name: 'anteroom_copies_total',
    help: 'Copies of browsers that came with an admission, by outcome',
    labelNames: ['room', 'outcome'],
    registers,
  });
  const storeErrors = new Counter({
    name: 'anteroom_store_errors_total',
    help: 'Operations that failed because the store was unavailable',
    labelNames: ['operation'],
    registers,
  });
  const lostKeys = new Counter({
    name: 'anteroom_store_lost_keys_total',
    help: 'Keys of a line that the store lost while it kept the others, and that were restored',
    labelNames: ['room', 'key'],
    registers,
  });
  const clockSkew = new Gauge({
    name: 'anteroom_clock_skew_seconds',
    help: "How far this process's clock is ahead of the store's, or of the process whose clock differs most",
    labelNames: ['to'],
    aggregator: 'average',
    registers,
  });
  const authenticationFailures = new Counter({
    name: 'anteroom_authentication_failures_total',
    help: 'Attempts to authenticate that failed, by credential and outcome',
    labelNames: ['credential', 'outcome'],
    registers,
  });
  const activities = new Counter({
    name: 'anteroom_activities_total',
    help: 'Activity events, by type',
    labelNames: ['type'],
    registers,
  });
  const deliveries = new Counter({
    name: 'anteroom_webhook_deliveries_total',
    help: 'Attempts to deliver activity events to the webhook, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const drops = new Counter({
    name: 'anteroom_webhook_dropped_total',
    help: 'Activity events that were dropped before they could be delivered',
    registers,
  });
  const busDeliveries = new Counter({
    name: 'anteroom_event_bus_deliveries_total',
    help: 'Attempts to deliver events to the event bus, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const busDrops = new Counter({
    name: 'anteroom_event_bus_dropped_total',
    help: 'Events that were dropped before they could be delivered to the event bus',
    registers,
  });
  const notices = new Counter({
    name: 'anteroom_notices_total',
    help: 'Attempts to send a visitor a message ahead of the turn, by how they ended',
    labelNames: ['channel', 'outcome'],
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
  countGateChecks(registers, gateChecks);
  function roomGauge(name: string, help: string, read: (room: RoomGauges) => number): void {
    new Gauge({
      name: `anteroom_room_${name}`,
      help,
      labelNames: ['room'],
      // Each process measures the same line.
      aggregator: 'max',
      registers,
      collect() {
        this.reset();
        for (const room of rooms()) this.set({ room: room.room }, read(room));
      },
    });
  }
  for (const [name, help] of Object.entries(GAUGES) as [keyof Counters, string][])
    roomGauge(name, help, ({ counters }) => counters[name]);
  for (const [name, help] of Object.entries(ADMISSION_GAUGES) as [keyof RoomGauges['admissions'], string][])
    roomGauge(name, help, ({ admissions }) => admissions[name]);
  const mostJoins = 'Joins of the address with the most without proofs, in the running minute or the last';
  roomGauge('busiest_address_joins', mostJoins, ({ busiestAddress }) => busiestAddress);
  new Gauge({
    name: 'anteroom_room_predictions',
    help: 'Waits compared with their prediction, by whether they were inside the predicted range',
    labelNames: ['room', 'result'],
    aggregator: 'max',
    registers,
    collect() {
      this.reset();
      for (const { room, predictions } of rooms()) {
        this.set({ room, result: 'within' }, predictions.within);
        this.set({ room, result: 'outside' }, predictions.outside);
      }
    },
  });

  declareAlertGauge(
    registers,
    () => alerts(),
    () => rooms(),
  );

  return {
    polls,
    gateChecks,
    request: (door, status, seconds) => requests.observe({ door, status: String(status) }, seconds),
    joined: (room, outcome) => joins.inc({ room, outcome }),
    claimed: (room, outcome) => claims.inc({ room, outcome }),
    waited: (room, actual, predicted) => {
      waits.observe({ room, kind: 'actual' }, actual);
      if (predicted !== null) waits.observe({ room, kind: 'predicted' }, predicted);
    },
    proved: (room, outcome) => proofs.inc({ room, outcome }),
    copied: (room, outcome) => copies.inc({ room, outcome }),
    happened: (type) => activities.inc({ type }),
    delivered: (outcome) => deliveries.inc({ outcome }),
    dropped: (events) => drops.inc(events),
    busDelivered: (outcome) => busDeliveries.inc({ outcome }),
    busDropped: (events) => busDrops.inc(events),
    noticeSent: (channel, outcome) => notices.inc({ channel, outcome }),
    loggedOut: (outcome) => logouts.inc({ outcome }),
    authenticationFailed: (credential, outcome) => authenticationFailures.inc({ credential, outcome }),
    storeFailed: (operation) => storeErrors.inc({ operation }),
    keysLost: (room, keys) => {
      for (const key of keys) lostKeys.inc({ room, key });
    },
    clockSkewed: (to, skew) => clockSkew.set({ to }, skew / 1000),
    watchAlerts: (source) => {
      alerts = source;
    },
    watchRooms: (source) => {
      rooms = source;
    },
    snapshot: () => registry.getMetricsAsJSON(),
    expose: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}
