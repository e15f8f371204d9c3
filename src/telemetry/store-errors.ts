import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { Metrics } from './metrics.ts';

type Call = (...args: never[]) => unknown;

/**
 * Counts each call that the store did not answer, by its operation: a verb of the line is `join`, a call of another port
 * is `settings.put_room`, and the check for readiness is `ping`.
 */
export function countStoreErrors(store: Store, { storeFailed }: Pick<Metrics, 'storeFailed'>): Store {
  const counted = <F extends Call>(operation: string, call: F): F =>
    ((...args) => {
      const answer = call(...args);
      if (answer instanceof Promise) {
        answer.catch((error: unknown) => {
          if (error instanceof StoreUnavailable) storeFailed(operation);
        });
      }
      return answer;
    }) as F;
  const port = <P extends object>(methods: P, prefix: string): P =>
    Object.fromEntries(
      Object.entries(methods).map(([name, call]) => [name, counted(`${prefix}${snakeCase(name)}`, call as Call)]),
    ) as P;

  return {
    line: port(store.line, ''),
    settings: port(store.settings, 'settings.'),
    appliedFile: port(store.appliedFile, 'applied_file.'),
    leases: port(store.leases, 'leases.'),
    idempotency: port(store.idempotency, 'idempotency.'),
    outbox: port(store.outbox, 'outbox.'),
    audit: port(store.audit, 'audit.'),
    logoutQueue: port(store.logoutQueue, 'logout_queue.'),
    oidcRecords: port(store.oidcRecords, 'oidc_records.'),
    ping: counted('ping', () => store.ping()),
    close: () => store.close(),
  };
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
