import type { Store } from '#waiting-room/ports/index.ts';

/** One call of a store's port: what it does with its arguments is the store's own. */
export type StoreCall = (...args: never[]) => unknown;

/**
 * The store with each of its calls wrapped. An operation is named `join` for a verb of the line, `settings.put_room` for
 * a call of another port, and `ping` for the check for readiness.
 */
export function wrapStoreCalls(store: Store, wrap: (operation: string, call: StoreCall) => StoreCall): Store {
  const wrapped = <M extends object>(methods: M, name: string, operation: string): StoreCall => {
    const port = methods as Readonly<Record<string, StoreCall>>;
    return wrap(operation, (...args) => port[name]?.(...args));
  };
  const port = <P extends object>(methods: P, prefix: string): P =>
    Object.fromEntries(
      Object.keys(methods).map((name) => [name, wrapped(methods, name, `${prefix}${snakeCase(name)}`)]),
    ) as P;

  return {
    line: port(store.line, ''),
    lineMarks: port(store.lineMarks, 'line_marks.'),
    ...(store.checkpoints ? { checkpoints: port(store.checkpoints, 'checkpoints.') } : {}),
    settings: port(store.settings, 'settings.'),
    roomRecords: port(store.roomRecords, 'room_records.'),
    appliedFile: port(store.appliedFile, 'applied_file.'),
    signingKeys: port(store.signingKeys, 'signing_keys.'),
    leases: port(store.leases, 'leases.'),
    clocks: port(store.clocks, 'clocks.'),
    idempotency: port(store.idempotency, 'idempotency.'),
    sharedCounts: port(store.sharedCounts, 'shared_counts.'),
    outbox: port(store.outbox, 'outbox.'),
    eventBusOutbox: port(store.eventBusOutbox, 'event_bus_outbox.'),
    audit: port(store.audit, 'audit.'),
    logoutQueue: port(store.logoutQueue, 'logout_queue.'),
    notices: port(store.notices, 'notices.'),
    issuedTokens: port(store.issuedTokens, 'issued_tokens.'),
    importedPlaces: port(store.importedPlaces, 'imported_places.'),
    oidcRecords: port(store.oidcRecords, 'oidc_records.'),
    timeSeries: port(store.timeSeries, 'time_series.'),
    ping: wrapped(store, 'ping', 'ping') as Store['ping'],
    persistence: wrapped(store, 'persistence', 'persistence') as Store['persistence'],
    close: () => store.close(),
  };
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
