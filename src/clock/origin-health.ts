/**
 * Measures the health of the origins of adaptive rooms, by a health URL or by Prometheus, as often as each room says,
 * and reports it to the inlet. Only the process whose clock ticks does so.
 */
import type { Outbound } from '#outbound/index.ts';
import type { Log } from '#telemetry/log.ts';
import type { AdaptiveInlet } from '#waiting-room/inlets/adaptive.ts';
import type { InletSettings } from '#waiting-room/inlets/index.ts';
import type { OriginSignal } from '#waiting-room/origin-signal.ts';
import type { RoomId, RoomSettings } from '#waiting-room/room.ts';
import { settingsAt } from '#waiting-room/settings-at.ts';
import { createSteadyClock } from '#waiting-room/steady-clock.ts';
import { createHealthProbe } from './health-probe.ts';
import type { Probe } from './probe.ts';
import { createPrometheusProbe } from './prometheus-probe.ts';

export interface OriginHealth {
  /** Starts the measurements that are due, and does not wait for them. To be called every second while the lease is held. */
  measure(): Promise<void>;
  /** Ends the measurements in progress. To be called while another process holds the lease. */
  stop(): Promise<void>;
}

export interface OriginHealthDeps {
  readonly rooms: () => Promise<readonly RoomSettings[]>;
  readonly signal: (room: RoomId, signal: OriginSignal) => Promise<void>;
  readonly outbound: Pick<Outbound, 'send'>;
  readonly now: () => number;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly onError: (error: unknown) => void;
  /** How long an origin may take to answer, in ms. Default: depends on the room's target latency. */
  readonly patience?: number;
}

/** One thing to measure for a room. */
interface Source {
  readonly key: string;
  readonly room: RoomId;
  readonly every: number;
  readonly patience: number;
  readonly createProbe: () => Probe;
}

interface Watch extends Source {
  readonly probe: Probe;
  /** The source as JSON. When it changes, the watch is replaced. */
  readonly settings: string;
  readonly ended: AbortController;
  dueAt: number;
  running: Promise<void> | null;
  failing: boolean;
}

export function createOriginHealth(deps: OriginHealthDeps): OriginHealth {
  const { rooms, signal, outbound, now, log, onError, patience } = deps;
  const steady = createSteadyClock(now);
  const watches = new Map<string, Watch>();

  async function measure(watch: Watch): Promise<void> {
    const { room, probe, ended } = watch;
    const end = AbortSignal.any([ended.signal, AbortSignal.timeout(patience ?? watch.patience)]);
    const measured = await probe(end).catch((error: unknown) => {
      if (!watch.failing && !ended.signal.aborted) log.warn({ err: error, room }, 'origin health check failed');
      watch.failing = true;
      return null;
    });
    if (!measured || ended.signal.aborted) return;
    if (watch.failing) log.info({ room }, 'origin health check succeeded again');
    watch.failing = false;
    await signal(room, measured);
  }

  async function end(ending: readonly Watch[]): Promise<void> {
    for (const { key, ended } of ending) {
      ended.abort();
      watches.delete(key);
    }
    await Promise.all(ending.map(({ running }) => running));
  }

  return {
    async measure() {
      const sources = new Map(
        (await rooms()).flatMap((room) => sourcesOf(room, now(), outbound)).map((each) => [each.key, each]),
      );
      await end([...watches.values()].filter(({ key, settings }) => JSON.stringify(sources.get(key)) !== settings));
      for (const source of sources.values()) {
        if (watches.has(source.key)) continue;
        const settings = JSON.stringify(source);
        const state = { ended: new AbortController(), dueAt: steady(), running: null, failing: false };
        watches.set(source.key, { ...source, ...state, settings, probe: source.createProbe() });
      }
      for (const watch of watches.values()) {
        if (watch.running || steady() < watch.dueAt) continue;
        watch.dueAt = steady() + watch.every;
        watch.running = measure(watch)
          .catch(onError)
          .finally(() => {
            watch.running = null;
          });
      }
    },
    stop: () => end([...watches.values()]),
  };
}

function sourcesOf(configured: RoomSettings, now: number, outbound: Pick<Outbound, 'send'>): Source[] {
  const { id: room, inlet } = settingsAt(configured, now);
  if (!isAdaptive(inlet)) return [];
  const { health, prometheus } = inlet;
  // An origin whose target latency is 8 s must not be given up after 5 s.
  const patience = Math.min(30_000, Math.max(5000, 2 * inlet.target_latency));
  return [
    ...(health
      ? [{ ...health, key: `health ${room}`, room, patience, createProbe: () => createHealthProbe(health, outbound) }]
      : []),
    ...(prometheus
      ? [
          {
            ...prometheus,
            key: `prometheus ${room}`,
            room,
            patience,
            createProbe: () => createPrometheusProbe(prometheus, outbound),
          },
        ]
      : []),
  ];
}

const isAdaptive = (inlet: InletSettings): inlet is AdaptiveInlet => inlet.strategy === 'adaptive';
