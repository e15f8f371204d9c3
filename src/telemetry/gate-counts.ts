import { Counter, type Registry } from 'prom-client';

/** Checks of the gate answered. Plain integers too, which the gate increments. */
export interface GateCounts {
  /** The visitor is inside. */
  inside: number;
  /** A rule of the room let the request through. */
  bypassed: number;
  /** A token was exchanged for the gate's cookie. */
  entered: number;
  /** A navigation was redirected to the waiting room, or to the same URL without an invalid token. */
  redirected: number;
  /** Outside and not a navigation, not checkable, or not under the room's return_urls. */
  refused: number;
  /** The store was unavailable. */
  failed: number;
}

/** Declares the counter of checks. The integers are read at each scrape. */
export function countGateChecks(registers: Registry[], checks: GateCounts): void {
  new Counter({
    name: 'anteroom_gate_checks_total',
    help: 'Checks of the gate answered, by outcome',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(checks)) this.inc({ outcome }, count);
    },
  });
}
