import { Gauge, type Registry } from 'prom-client';
import type { AlertName } from '#waiting-room/alerts.ts';
import type { RoomGauges } from './room-gauge-values.ts';

/** Declares the gauge of alerts. The sources are read at each scrape. */
export function declareAlertGauge(
  registers: Registry[],
  ofProcess: () => ReadonlyMap<AlertName, boolean>,
  rooms: () => Iterable<Pick<RoomGauges, 'room' | 'alerts'>>,
): void {
  new Gauge({
    name: 'anteroom_alert',
    help: 'Whether an alert is raised: 1, or 0. Those of the process have no room',
    labelNames: ['room', 'alert'],
    aggregator: 'max',
    registers,
    collect() {
      this.reset();
      for (const [alert, isRaised] of ofProcess()) this.set({ room: '', alert }, isRaised ? 1 : 0);
      for (const { room, alerts } of rooms()) {
        for (const [alert, isRaised] of alerts ?? []) this.set({ room, alert }, isRaised ? 1 : 0);
      }
    },
  });
}
