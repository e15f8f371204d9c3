import { AnteroomError } from '#waiting-room/errors.ts';

/** The StoreUnavailable that an error is or was caused by; null for any other error. */
export function unavailableCause(error: unknown): AnteroomError | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AnteroomError && cause.code === 'store_unavailable') return cause;
  }
  return null;
}
