/**
 * DynamoDB over another store: what must survive the loss of that store. It serves the ports of settings, the audit log,
 * stored texts, and sessions, grants and refresh tokens. Codes, access tokens, leases and lines stay below. It knows the
 * AWS SDK, and imports the words and ports of waiting-room. `keys.ts` describes the table.
 */
import type { Store } from '#waiting-room/ports/index.ts';
import type { OidcRecords } from '#waiting-room/ports/oidc-records.ts';
import { createAuditStore } from './audit.ts';
import { type ClientOptions, createClient } from './client.ts';
import { copySettings, copyText, fillTable } from './copied-settings.ts';
import { createDatabase } from './database.ts';
import { nameOf } from './errors.ts';
import { createOidcRecords } from './oidc-records.ts';
import { createReady, firstCheck } from './ready.ts';
import { rememberSettings } from './remembered-settings.ts';
import { createSettingsStore } from './settings.ts';
import { createStoredText } from './stored-text.ts';
import { checkTable, type TableLog } from './table.ts';

export { TableFault } from './errors.ts';

export interface DynamoOptions extends Pick<ClientOptions, 'region' | 'endpoint' | 'budget'> {
  readonly table: string;
  /** Whether the service may create the table. */
  readonly mayCreate: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log?: TableLog | undefined;
}

/** What outlives an admission, or the store below. The others live for a minute, or are asked for again. */
const DURABLE = new Set(['Session', 'Grant', 'RefreshToken']);

/**
 * Opens the table. Throws {@link TableFault} where it cannot be used as it is. Does not fail if DynamoDB is unavailable: calls
 * are rejected with StoreUnavailable until it is there. Closing it closes the store below.
 */
export async function openDynamo(below: Store, options: DynamoOptions): Promise<Store> {
  const { table, now, log } = options;
  const client = createClient(options);
  const texts = { 'applied-file': below.appliedFile, 'signing-keys': below.signingKeys };
  const raw = createDatabase({ client, table, ready: async () => undefined, lost: () => undefined });
  const gate = createReady(async () => {
    await checkTable({ client, name: table, mayCreate: options.mayCreate, log });
    await fillTable(raw, { settings: below.settings, texts });
  });
  const database = createDatabase({ client, table, ...gate });
  await firstCheck(gate, (error) => log?.warn({ table, why: nameOf(error) }, 'DynamoDB unavailable'));

  const copyFailed = (error: unknown) => log?.warn({ err: error }, 'failed to copy a setting to the store below');
  const deleteLine = async (room: string) => void (await below.settings.deleteRoom(room));
  const settings = createSettingsStore({ database, deleteLine });
  const text = (name: keyof typeof texts) => copyText(createStoredText(database, name), texts[name], copyFailed);

  return {
    ...below,
    settings: rememberSettings(copySettings(settings, below.settings, copyFailed)),
    appliedFile: text('applied-file'),
    signingKeys: text('signing-keys'),
    audit: createAuditStore(database),
    oidcRecords: splitRecords(createOidcRecords({ database, now }), below.oidcRecords),
    async close() {
      await below.close();
      client.sdk.destroy();
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
