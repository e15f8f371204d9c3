import type { Activities, Emit } from '#waiting-room/activity.ts';

/** How long failures are held after one was emitted, in ms. They are emitted together then. */
const HOLD = 10_000;
/** The most addresses that failures are held for. Those of further addresses are emitted together, without an address. */
const MOST_ADDRESSES = 100;

type Failure = Omit<Activities['authentication.failed'], 'count'>;

/** Emits failures to authenticate: few events for many failures, so an attacker cannot flood the webhook. */
export interface FailureReport {
  add(failure: Failure): void;
  /** Emits what was held for long enough. To be called every second or so. */
  flush(): void;
  /** Emits all that is held. */
  flushAll(): void;
}

interface Held {
  readonly failure: Failure;
  since: number;
  count: number;
}

export function createFailureReport({ emit, now }: { readonly emit: Emit; readonly now: () => number }): FailureReport {
  const byAddress = new Map<string, Held>();
  const others = new Map<string, Held>();
  const keyOf = ({ credential, client_id, address_hash }: Failure) =>
    JSON.stringify([credential, client_id, address_hash]);

  function emitHeld(held: Held): void {
    if (held.count > 0) emit('authentication.failed', { ...held.failure, count: held.count });
    held.count = 0;
    held.since = now();
  }

  return {
    add(failure) {
      const key = keyOf(failure);
      const held = byAddress.get(key);
      if (held) {
        held.count++;
      } else if (byAddress.size < MOST_ADDRESSES) {
        const first = { failure, since: 0, count: 1 };
        byAddress.set(key, first);
        emitHeld(first);
      } else {
        const { address_hash: _, ...rest } = failure;
        const other = others.get(keyOf(rest)) ?? { failure: rest, since: now(), count: 0 };
        other.count++;
        others.set(keyOf(rest), other);
      }
    },
    flush() {
      for (const all of [byAddress, others]) {
        for (const [key, held] of all) {
          // A clock that jumped back holds nothing for longer.
          if (Math.abs(now() - held.since) < HOLD) continue;
          if (held.count === 0) all.delete(key);
          else emitHeld(held);
        }
      }
    },
    flushAll() {
      for (const all of [byAddress, others]) for (const held of all.values()) emitHeld(held);
    },
  };
}
