import { describe, expect, test } from 'vitest';
import { samplesOf } from '#support/metric-samples.ts';
import { STORES } from '#support/stores.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { countStoreErrors } from '#telemetry/store-errors.ts';
import { RoomNotFound, StoreUnavailable } from '#waiting-room/errors.ts';
import type { Store } from '#waiting-room/ports/index.ts';

type Call = (...args: unknown[]) => Promise<unknown>;
type Port = Readonly<Record<string, Call>>;

/** The methods of every port of a store, as `line.join`, except `close`. */
function methodsOf(store: Store): string[] {
  return Object.entries(store).flatMap(([name, port]: [string, Port | Call]) =>
    typeof port === 'function'
      ? [name].filter((method) => method !== 'close')
      : Object.keys(port).map((method) => `${name}.${method}`),
  );
}

const methodOf = (store: Store, path: string): Call => {
  const [port = '', method] = path.split('.');
  const part = (store as unknown as Readonly<Record<string, Port & Call>>)[port];
  return (method === undefined ? part : part?.[method]) as Call;
};

/** A store with the methods of this one, each of which answers with `answer`. */
function storeThat(store: Store, answer: Call): Store {
  const ports = Object.entries(store).map(([name, port]: [string, Port | Call]) => [
    name,
    typeof port === 'function' ? answer : Object.fromEntries(Object.keys(port).map((method) => [method, answer])),
  ]);
  return Object.fromEntries(ports);
}

/** `logoutQueue.hastenRoom` is `logout_queue.hasten_room`. A verb of the line has no prefix. */
const operationOf = (path: string) =>
  path.replace(/^line\./, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

describe.each(STORES)('the methods of every port of the %s store', (_, open) => {
  test('are counted by their operation if the store does not answer', async () => {
    const opened = await open();
    const methods = methodsOf(opened.store);
    const metrics = createMetrics({ processMetrics: false });
    const error = new StoreUnavailable(new Error('it is away'));
    const store = countStoreErrors(
      storeThat(opened.store, () => Promise.reject(error)),
      metrics,
    );
    expect(methodsOf(store).sort()).toEqual(methods.toSorted());
    // The first is called once, the second twice, and so on: no count stands for another one.
    for (const [n, path] of methods.entries()) {
      for (let call = 0; call <= n; call++) await expect(methodOf(store, path)(), path).rejects.toBe(error);
    }
    const expected = methods.map((path, n) => `anteroom_store_errors_total{operation="${operationOf(path)}"} ${n + 1}`);
    expect(samplesOf((await metrics.expose()).text, 'anteroom_store_errors_total')).toEqual(expected.sort());
    await opened.close();
  });

  test('get the arguments, give the answer, and are not counted if the store refuses', async () => {
    const opened = await open();
    const metrics = createMetrics({ processMetrics: false });
    const refusal = new RoomNotFound('sale');
    const answering = countStoreErrors(
      storeThat(opened.store, async (...args) => args),
      metrics,
    );
    const refusing = countStoreErrors(
      storeThat(opened.store, () => Promise.reject(refusal)),
      metrics,
    );
    for (const path of methodsOf(opened.store)) {
      expect(await methodOf(answering, path)(path, 2), path).toEqual([path, 2]);
      await expect(methodOf(refusing, path)(), path).rejects.toBe(refusal);
    }
    expect(samplesOf((await metrics.expose()).text, 'anteroom_store_errors_total')).toEqual([]);
    await opened.close();
  });
});

test('a store that is closed counts as one that does not answer', async () => {
  const [, open] = STORES[0];
  const opened = await open();
  const metrics = createMetrics({ processMetrics: false });
  const store = countStoreErrors(opened.store, metrics);
  const now = Date.now();
  await expect(store.line.view('nowhere', now)).rejects.toMatchObject({ code: 'room_not_found' });
  await opened.close();
  const calls = [
    store.line.join('sale', [{ visitor: 'ann', claim: false }], now),
    store.line.recordHeartbeats('sale', { generation: 1, numbers: [1] }, now),
    store.settings.storedRoom('sale'),
    store.oidcRecords.find('Grant', 'one'),
    store.logoutQueue.forget('shop'),
    store.ping(),
    store.ping(),
  ];
  for (const call of await Promise.allSettled(calls)) expect(call.status).toBe('rejected');
  expect(samplesOf((await metrics.expose()).text, 'anteroom_store_errors_total')).toEqual(
    ['join', 'logout_queue.forget', 'oidc_records.find', 'ping', 'record_heartbeats', 'settings.stored_room'].map(
      (operation) => `anteroom_store_errors_total{operation="${operation}"} ${operation === 'ping' ? 2 : 1}`,
    ),
  );
});
