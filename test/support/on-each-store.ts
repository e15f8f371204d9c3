/** Runs a service for the tests of a file or describe block, and the same tests on every store. */
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import type { Store } from '#waiting-room/ports/index.ts';
import { startService, type TestService, type TestServiceOptions } from './service.ts';
import { type OpenedStore, STORES } from './stores.ts';

export type ServiceSettings = Omit<TestServiceOptions, 'store'>;

/** The running service. Its members are available in tests and hooks, but not while tests are declared. */
export interface RunningService extends TestService {
  readonly store: Store;
  /** Restarts on the same store and port, at the real time, with the same options and these changes. */
  restart(changes?: ServiceSettings): Promise<void>;
}

/**
 * Opens a store and starts a service before the tests that are declared beside this call, and closes both after them.
 * With `per` test it does so before and after each test.
 */
export function serviceOn(
  open: () => Promise<OpenedStore>,
  settings: ServiceSettings,
  per: 'describe' | 'test' = 'describe',
): RunningService {
  const [before, after] = per === 'test' ? [beforeEach, afterEach] : [beforeAll, afterAll];
  let opened: OpenedStore | undefined;
  let service: TestService | undefined;

  const store = () => there(opened).store;
  before(async () => {
    opened = await open();
    service = await startService({ ...settings, store: store() });
  });
  after(async () => {
    await service?.close();
    await opened?.close();
    service = opened = undefined;
  });

  return {
    get store() {
      return store();
    },
    get issuer() {
      return there(service).issuer;
    },
    get listensOn() {
      return there(service).listensOn;
    },
    get lookAtKeys() {
      return there(service).lookAtKeys;
    },
    get waitingRoom() {
      return there(service).waitingRoom;
    },
    get time() {
      return there(service).time;
    },
    get told() {
      return there(service).told;
    },
    get logged() {
      return there(service).logged;
    },
    sendNotices: () => there(service).sendNotices(),
    sendLogouts: () => there(service).sendLogouts(),
    close: () => there(service).close(),
    async restart(changes = {}) {
      const port = Number(new URL(there(service).listensOn).port);
      await there(service).close();
      service = await startService({ ...settings, port, ...changes, store: store() });
    },
  };
}

/** Declares the same tests for every store, each with its own service. */
export function onEachStore(what: string, settings: ServiceSettings, tests: (service: RunningService) => void): void {
  describe.each(STORES)(`${what}, on %s`, (_name, open) => tests(serviceOn(open, settings)));
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the service runs only while tests do');
  return value;
}
