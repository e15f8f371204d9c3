/**
 * How the origins of adaptive rooms do: the process whose clock ticks asks a URL for its health, or a Prometheus, each
 * as often as the room says, and leaves word for the inlet.
 */
import type { Log } from '#telemetry/log.ts';
import type { OriginSignal } from '#waiting-room/origin-signal.ts';
import type { AdaptiveInlet, InletSettings, RoomId, RoomSettings } from '#waiting-room/room.ts';
import { settingsAt } from '#waiting-room/settings-at.ts';
import { createHealthProbe } from './health-probe.ts';
import type { Probe } from './probe.ts';
import { createPrometheusProbe } from './prometheus-probe.ts';

export interface Origins {
  /** To be called each second by whose turn it is: asks those that are due, and does not wait for them. */
  look(): Promise<void>;
  /** It is another process's turn: ends what is under way. */
  rest(): Promise<void>;
}

export interface OriginsDeps {
  readonly rooms: () => Promise<readonly RoomSettings[]>;
  readonly signal: (room: RoomId, signal: OriginSignal) => Promise<void>;
  readonly now: () => number;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly onError: (error: unknown) => void;
  /** How long an origin may take to answer, in ms; unless given, as its target suggests. */
  readonly patience?: number;
}

/** What there is to ask of one room. */
interface Source {
  readonly key: string;
  readonly room: RoomId;
  readonly every: number;
  readonly patience: number;
  readonly createProbe: () => Probe;
}

interface Watch extends Source {
  readonly probe: Probe;
  /** The source as JSON: with other settings it is another watch. */
  readonly settings: string;
  readonly ended: AbortController;
  dueAt: number;
  running: Promise<void> | null;
  failing: boolean;
}

export function createOrigins({ rooms, signal, now, log, onError, patience }: OriginsDeps): Origins {
  const watches = new Map<string, Watch>();

  async function ask(watch: Watch): Promise<void> {
    const { room, probe, ended } = watch;
    const told = await probe(AbortSignal.any([ended.signal, AbortSignal.timeout(patience ?? watch.patience)])).catch(
      (error: unknown) => {
        if (!watch.failing && !ended.signal.aborted) log.warn({ err: error, room }, 'an origin cannot be watched');
        watch.failing = true;
        return null;
      },
    );
    if (!told || ended.signal.aborted) return;
    if (watch.failing) log.info({ room }, 'the origin can be watched again');
    watch.failing = false;
    await signal(room, told);
  }

  async function end(ending: readonly Watch[]): Promise<void> {
    for (const { key, ended } of ending) {
      ended.abort();
      watches.delete(key);
    }
    await Promise.all(ending.map(({ running }) => running));
  }

  return {
    async look() {
      const sources = new Map(
        (await rooms()).flatMap((room) => sourcesOf(room, now())).map((each) => [each.key, each]),
      );
      await end([...watches.values()].filter(({ key, settings }) => JSON.stringify(sources.get(key)) !== settings));
      for (const source of sources.values()) {
        if (watches.has(source.key)) continue;
        const settings = JSON.stringify(source);
        const state = { ended: new AbortController(), dueAt: now(), running: null, failing: false };
        watches.set(source.key, { ...source, ...state, settings, probe: source.createProbe() });
      }
      for (const watch of watches.values()) {
        if (watch.running || now() < watch.dueAt) continue;
        watch.dueAt = now() + watch.every;
        watch.running = ask(watch)
          .catch(onError)
          .finally(() => {
            watch.running = null;
          });
      }
    },
    rest: () => end([...watches.values()]),
  };
}

function sourcesOf(configured: RoomSettings, now: number): Source[] {
  const { id: room, inlet } = settingsAt(configured, now);
  if (!isAdaptive(inlet)) return [];
  const { health, prometheus } = inlet;
  // An origin that is aimed at 8 s is not given up after 5.
  const patience = Math.min(30_000, Math.max(5000, 2 * inlet.target_latency));
  return [
    ...(health
      ? [{ ...health, key: `health ${room}`, room, patience, createProbe: () => createHealthProbe(health) }]
      : []),
    ...(prometheus
      ? [
          {
            ...prometheus,
            key: `prometheus ${room}`,
            room,
            patience,
            createProbe: () => createPrometheusProbe(prometheus),
          },
        ]
      : []),
  ];
}

const isAdaptive = (inlet: InletSettings): inlet is AdaptiveInlet => inlet.strategy === 'adaptive';
