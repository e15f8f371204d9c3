import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { Metrics } from './metrics.ts';
import { wrapStoreCalls } from './store-calls.ts';

/** Counts each call that the store did not answer, by its operation. */
export function countStoreErrors(store: Store, { storeFailed }: Pick<Metrics, 'storeFailed'>): Store {
  return wrapStoreCalls(store, (operation, call) => (...args) => {
    const answer = call(...args);
    if (answer instanceof Promise) {
      answer.catch((error: unknown) => {
        if (error instanceof StoreUnavailable) storeFailed(operation);
      });
    }
    return answer;
  });
}
