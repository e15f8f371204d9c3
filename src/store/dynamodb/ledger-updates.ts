/** What the ledger learns after an answer: ends, confirmations and renewals. Bounded, and repeated while it may succeed. */
import { StoreUnavailable } from '#waiting-room/errors.ts';

export interface LedgerUpdates {
  add(update: () => Promise<unknown>): void;
  /** Resolves when all that was added was done, or given up. */
  settled(): Promise<void>;
}

const AT_ONCE = 16;
/** The most that wait. Beyond, the oldest are given up: their admissions stay in the ledger until they expire. */
const MOST = 20_000;
const TRIES = 5;

export function createLedgerUpdates(onError: (error: unknown) => void): LedgerUpdates {
  const waiting: { readonly update: () => Promise<unknown>; tries: number }[] = [];
  let running = 0;
  let idle: (() => void)[] = [];

  async function run(): Promise<void> {
    running += 1;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      try {
        await next.update();
      } catch (error) {
        next.tries += 1;
        if (error instanceof StoreUnavailable && next.tries < TRIES) waiting.push(next);
        else onError(error);
      }
    }
    running -= 1;
    if (running > 0) return;
    for (const resolve of idle) resolve();
    idle = [];
  }

  return {
    add(update) {
      if (waiting.length >= MOST) waiting.shift();
      waiting.push({ update, tries: 0 });
      if (running < AT_ONCE) void run();
    },
    settled: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
  };
}
