import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { Metrics } from './metrics.ts';

type Call = (...args: never[]) => unknown;

/**
 * Counts each call that the store did not answer, by its operation: a verb of the line is `join`, a call of another port
 * is `settings.put_room`, and the check for readiness is `ping`.
 */
export function countStoreErrors(store: Store, { storeFailed }: Pick<Metrics, 'storeFailed'>): Store {
  const counted = <M extends object>(methods: M, name: string, operation: string): Call => {
    const port = methods as Readonly<Record<string, Call>>;
    return (...args) => {
      const answer = port[name]?.(...args);
      if (answer instanceof Promise) {
        answer.catch((error: unknown) => {
          if (error instanceof StoreUnavailable) storeFailed(operation);
        });
      }
      return answer;
    };
  };
  const port = <P extends object>(methods: P, prefix: string): P =>
    Object.fromEntries(
      Object.keys(methods).map((name) => [name, counted(methods, name, `${prefix}${snakeCase(name)}`)]),
    ) as P;

  return {
    line: port(store.line, ''),
    settings: port(store.settings, 'settings.'),
    appliedFile: port(store.appliedFile, 'applied_file.'),
    signingKeys: port(store.signingKeys, 'signing_keys.'),
    leases: port(store.leases, 'leases.'),
    clocks: port(store.clocks, 'clocks.'),
    idempotency: port(store.idempotency, 'idempotency.'),
    outbox: port(store.outbox, 'outbox.'),
    eventBusOutbox: port(store.eventBusOutbox, 'event_bus_outbox.'),
    audit: port(store.audit, 'audit.'),
    logoutQueue: port(store.logoutQueue, 'logout_queue.'),
    issuedTokens: port(store.issuedTokens, 'issued_tokens.'),
    importedPlaces: port(store.importedPlaces, 'imported_places.'),
    oidcRecords: port(store.oidcRecords, 'oidc_records.'),
    ping: counted(store, 'ping', 'ping') as Store['ping'],
    close: () => store.close(),
  };
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
