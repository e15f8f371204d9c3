import type { Emit } from './activity.ts';
import { changeAlerts, type Raised, SERVICE_ALERTS, type ServiceAlert } from './alerts.ts';

/** So many unanswered calls within {@link RECENT} ms raise `store_errors`. */
const MANY_ERRORS = 5;
const RECENT = 60_000;
/** Clocks that differ by more than this raise `clocks`, in ms. */
const FAR = 500;

/** The alerts of this process, which no room has by itself. */
export interface ServiceAlerts {
  storeFailed(): void;
  clockSkewed(to: string, skew: number): void;
  /** Emits what was raised and cleared. Call it once a second. */
  look(): void;
  raised(): Raised<ServiceAlert>;
}

export function createServiceAlerts({ emit, now }: { readonly emit: Emit; readonly now: () => number }): ServiceAlerts {
  let failures: number[] = [];
  const skews = new Map<string, number>();
  let raised: Raised<ServiceAlert> = {};

  const isTrue: Record<ServiceAlert, () => boolean> = {
    store_errors: () => failures.length >= MANY_ERRORS,
    clocks: () => [...skews.values()].some((skew) => Math.abs(skew) > FAR),
  };

  return {
    storeFailed() {
      failures = [...failures.slice(1 - MANY_ERRORS), now()];
    },
    clockSkewed: (to, skew) => void skews.set(to, skew),
    look() {
      failures = failures.filter((at) => Math.abs(now() - at) < RECENT);
      const changes = changeAlerts(SERVICE_ALERTS, raised, (alert) => isTrue[alert](), now());
      for (const alert of changes.began) emit('alert.raised', { room: null, alert });
      for (const alert of changes.ended) emit('alert.cleared', { room: null, alert });
      raised = changes.raised;
    },
    raised: () => raised,
  };
}
