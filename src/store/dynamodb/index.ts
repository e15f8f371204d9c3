/**
 * DynamoDB over another store: what must survive the loss of that store. It serves the ports of settings, the audit log,
 * stored texts, checkpoints, and sessions, grants and refresh tokens, and it keeps the ledger of the line. Codes, access
 * tokens, leases and the line itself stay below. It knows the AWS SDK, and imports the words and ports of waiting-room.
 * `keys.ts` describes the table.
 */
import type { Store } from '#waiting-room/ports/index.ts';
import type { OidcRecords } from '#waiting-room/ports/oidc-records.ts';
import { createAuditStore } from './audit.ts';
import { createCheckpoints } from './checkpoints.ts';
import { BUDGET, type ClientOptions, createClient } from './client.ts';
import { copySettings, copyText, fillTable } from './copied-settings.ts';
import { createDatabase } from './database.ts';
import { nameOf } from './errors.ts';
import { createLedger } from './ledger.ts';
import { createLine } from './line.ts';
import { createOidcRecords } from './oidc-records.ts';
import { createReady, firstCheck } from './ready.ts';
import { rememberSettings } from './remembered-settings.ts';
import { createReservations } from './reservations.ts';
import { createSettingsStore } from './settings.ts';
import { createStoredText } from './stored-text.ts';
import { checkTable, type TableLog } from './table.ts';

export { TableFault } from './errors.ts';

export interface DynamoOptions extends Pick<ClientOptions, 'region' | 'endpoint' | 'budget'> {
  readonly table: string;
  /** Whether the service may create the table. */
  readonly mayCreate: boolean;
  /** The public URL, which the ledger names as the issuer of tokens. */
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** For how long after its deadline a confirmation may be on its way to the ledger, in ms. */
  readonly onItsWay?: number | undefined;
  readonly log?: TableLog | undefined;
}

/** What lines are opened from is read with more patience: a claim can be refused, and a lost line serves nobody. */
const PATIENCE = 5;

/** What outlives an admission, or the store below. The others live for a minute, or are asked for again. */
const DURABLE = new Set(['Session', 'Grant', 'RefreshToken']);

/**
 * Opens the table. Throws {@link TableFault} where it cannot be used as it is. Does not fail if DynamoDB is unavailable: calls
 * are rejected with StoreUnavailable until it is there. Closing it closes the store below.
 */
export async function openDynamo(below: Store, options: DynamoOptions): Promise<Store> {
  const { table, now, log, issuer } = options;
  const client = createClient(options);
  const texts = { 'applied-file': below.appliedFile, 'signing-keys': below.signingKeys };
  const raw = createDatabase({ client, table, ready: async () => undefined, lost: () => undefined });
  const gate = createReady(async () => {
    await checkTable({ client, name: table, mayCreate: options.mayCreate, log });
    await fillTable(raw, { settings: below.settings, texts });
  });
  const database = createDatabase({ client, table, ...gate });
  const patientClient = createClient({ ...options, budget: PATIENCE * (options.budget ?? BUDGET) });
  const patient = createDatabase({ client: patientClient, table, ...gate });
  await firstCheck(gate, (error) => log?.warn({ table, why: nameOf(error) }, 'DynamoDB unavailable'));

  const copyFailed = (error: unknown) => log?.warn({ err: error }, 'failed to copy a setting to the store below');
  const onError = (error: unknown) => log?.warn({ err: error }, 'ledger update failed');
  const { onItsWay } = options;
  const ledger = createLedger({ database, issuer, onItsWay });
  const reservations = createReservations(database);
  const { line, settled } = createLine({ below: below.line, ledger, reservations, onError });
  async function deleteLine(room: string): Promise<void> {
    await reservations.forget(room);
    await below.settings.deleteRoom(room);
  }
  const settings = createSettingsStore({ database, deleteLine });
  const text = (name: keyof typeof texts) => copyText(createStoredText(database, name), texts[name], copyFailed);

  return {
    ...below,
    line,
    checkpoints: createCheckpoints({
      database,
      patient,
      ledger: createLedger({ database: patient, issuer, onItsWay }),
    }),
    settings: rememberSettings(copySettings(settings, below.settings, copyFailed)),
    appliedFile: text('applied-file'),
    signingKeys: text('signing-keys'),
    audit: createAuditStore(database),
    oidcRecords: splitRecords(createOidcRecords({ database, now }), below.oidcRecords),
    persistence: async () => 'beyond_the_store',
    async close() {
      await settled();
      await below.close();
      client.sdk.destroy();
      patientClient.sdk.destroy();
    },
  };
}

function splitRecords(durable: OidcRecords, others: OidcRecords): OidcRecords {
  const of = (model: string) => (DURABLE.has(model) ? durable : others);
  return {
    upsert: (model, ...rest) => of(model).upsert(model, ...rest),
    find: (model, id) => of(model).find(model, id),
    consume: (model, ...rest) => of(model).consume(model, ...rest),
    destroy: (model, id) => of(model).destroy(model, id),
    async revokeByGrantId(grantId) {
      await Promise.all([others.revokeByGrantId(grantId), durable.revokeByGrantId(grantId)]);
    },
  };
}
