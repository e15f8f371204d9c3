/**
 * The store on Redis 6.2 or later, or Valkey, single or as a cluster, shared by any number of processes. What happens
 * in a line is written in scripts/, in Lua, step by step as in `waiting-room/line/`.
 */
import type { Store } from '#waiting-room/ports/index.ts';
import { parseRedisUrl } from './address.ts';
import { createAuditStore } from './audit.ts';
import type { StoreLog } from './client.ts';
import { createClient, firstAttempt } from './client.ts';
import { createClocks } from './clocks.ts';
import { guardDatabase } from './database.ts';
import { DEADLINE, inTime, withDeadline } from './deadline.ts';
import { watchEviction } from './eviction.ts';
import { createRunLine } from './fence.ts';
import { createIdempotency } from './idempotency.ts';
import { createImportedPlaces } from './imported-places.ts';
import { createIssuedTokens } from './issued-tokens.ts';
import { APPLIED_FILE, EVENT_BUS_OUTBOX, OUTBOX, PROBE, ROOM_RECORDS, SIGNING_KEYS } from './keys.ts';
import { createKnownNumbers } from './known-numbers.ts';
import { createLeases } from './leases.ts';
import { createLineStore } from './line.ts';
import { createLineMarks } from './line-marks.ts';
import { createLogoutQueue } from './logout-queue.ts';
import { createRestoringRunLine, type OnKeysLost } from './lost-keys.ts';
import { createNoticeQueue } from './notice-queue.ts';
import { createOidcRecords } from './oidc-records.ts';
import { createOutbox } from './outbox.ts';
import { readPersistence } from './persistence.ts';
import { createRun } from './script.ts';
import { createScriptTexts, type ScriptTexts } from './script-texts.ts';
import { watchServerIds } from './server-ids.ts';
import { createSettingsStore } from './settings.ts';
import { createSharedCounts } from './shared-counts.ts';
import { createStoredText } from './stored-text.ts';
import { createTextHash } from './text-hash.ts';
import { createTimeSeries } from './time-series.ts';
import { answered } from './unavailable.ts';
import { createWriteWatch } from './write-watch.ts';

/** In ms. */
const PROBE_TTL = 60_000;

export type { StoreLog } from './client.ts';

export interface RedisStoreOptions {
  /** See `parseRedisUrl`. */
  readonly url: string;
  readonly log?: StoreLog;
  /** How long a call may take, in ms. */
  readonly deadline?: number;
  /** How often to see whether Redis may evict keys, in ms. */
  readonly evictionEvery?: number;
  /** Called after keys of a line were lost and restored. */
  readonly onKeysLost?: OnKeysLost | undefined;
  /** Stores of one process may share them. */
  readonly scriptTexts?: ScriptTexts;
}

/**
 * Opens the store. Waits for the first attempt to connect, and does not fail if Redis is unavailable: calls are rejected
 * with StoreUnavailable until it is there. Throws only for a URL that cannot be read, or a database that the server lacks.
 */
export async function openRedisStore({
  url,
  log,
  deadline = DEADLINE,
  evictionEvery,
  onKeysLost,
  scriptTexts = createScriptTexts(),
}: RedisStoreOptions): Promise<Store> {
  const client = createClient(parseRedisUrl(url), log);
  const run = createRun(client, scriptTexts);
  const servers = watchServerIds(client, log);
  const numbers = createKnownNumbers();
  const runLine = createRestoringRunLine(createRunLine({ run, servers, numbers, log }), (room, keys) => {
    log?.warn({ room, keys }, 'Redis lost keys of a line: they are restored as far as the others tell');
    onKeysLost?.(room, keys);
  });
  const refusedDatabase = guardDatabase(client, log);
  await firstAttempt(client);
  const refused = refusedDatabase();
  if (refused) throw refused;
  await servers.settled();
  const eviction = watchEviction({ client, log, every: evictionEvery });
  await eviction.check().catch(() => undefined);
  const { line, stop: stopDiscarding } = createLineStore({ run: runLine, numbers, deadline, log });
  const writes = createWriteWatch(client);
  const { all: _, ...roomRecords } = createTextHash(client, run, ROOM_RECORDS);
  const inItsTime = <P extends object>(port: P): P => withDeadline(port, deadline);
  async function ping(): Promise<void> {
    await answered(client.set(PROBE, '', 'PX', PROBE_TTL));
    await eviction.check();
  }

  return {
    line,
    lineMarks: inItsTime(createLineMarks(client, run, writes.watchedKeys())),
    settings: inItsTime(createSettingsStore({ client, run, runLine, watched: writes.watchedKeys() })),
    roomRecords: inItsTime(roomRecords),
    appliedFile: inItsTime(createStoredText(client, APPLIED_FILE)),
    signingKeys: inItsTime(createStoredText(client, SIGNING_KEYS)),
    leases: inItsTime(createLeases(run)),
    clocks: inItsTime(createClocks(run)),
    idempotency: inItsTime(createIdempotency(client, run)),
    sharedCounts: inItsTime(createSharedCounts(run)),
    oidcRecords: inItsTime(createOidcRecords(client, run)),
    outbox: inItsTime(createOutbox(OUTBOX, client, run)),
    eventBusOutbox: inItsTime(createOutbox(EVENT_BUS_OUTBOX, client, run)),
    audit: inItsTime(createAuditStore(client, run)),
    logoutQueue: inItsTime(createLogoutQueue(client, run)),
    notices: inItsTime(createNoticeQueue(client, run)),
    issuedTokens: inItsTime(createIssuedTokens(client, run)),
    importedPlaces: inItsTime(createImportedPlaces(client, run)),
    timeSeries: inItsTime(createTimeSeries(client, run)),
    ping: () => inTime(ping(), deadline),
    persistence: () => inTime(readPersistence(client), deadline),
    async close() {
      eviction.stop();
      stopDiscarding();
      writes.stop();
      await client.quit().catch(() => client.disconnect());
    },
  };
}
