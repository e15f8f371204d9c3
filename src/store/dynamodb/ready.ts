import { StoreUnavailable } from '#waiting-room/errors.ts';
import { isTransient, TableFault } from './errors.ts';

export interface Ready {
  /** Resolves when the table was found in order. Rejects with the table's fault, or with what may pass. */
  ready(): Promise<void>;
  /** The table is gone: it is looked for, and created where that is allowed, before the next request. */
  lost(): void;
}

/** Checks the table before the first request, once for all that wait. A failed check is repeated by the next request. */
export function createReady(check: () => Promise<void>): Ready {
  let checking: Promise<void> | null = null;
  let wasReady = false;
  return {
    ready() {
      checking ??= check().then(
        () => {
          wasReady = true;
        },
        (error: unknown) => {
          checking = null;
          // A table that was in order once may be so again.
          throw wasReady && error instanceof TableFault ? new StoreUnavailable(error) : error;
        },
      );
      return checking;
    },
    lost() {
      if (wasReady) checking = null;
    },
  };
}

/** Runs the first check: throws a fault of the table, and leaves what may pass to later requests. */
export async function firstCheck({ ready }: Pick<Ready, 'ready'>, unavailable: (error: unknown) => void) {
  try {
    await ready();
  } catch (error) {
    if (error instanceof TableFault || !isTransient(error)) throw error;
    unavailable(error);
  }
}
