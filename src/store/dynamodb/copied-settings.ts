/**
 * Keeps a copy of the settings in the store below, and takes up what is there. So a service that had no table goes on
 * with its settings, one that gives it up too, and a new table is filled.
 */
import { revisionOf } from '#waiting-room/ports/revision.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { StoredText } from '#waiting-room/ports/stored-text.ts';
import { type Database, itemKey, NEW } from './database.ts';
import { type Key, RELYING_PARTIES, ROOMS, textKey } from './keys.ts';
import { packed, S } from './values.ts';

export type OnCopyFailed = (error: unknown) => void;

export function copySettings(settings: SettingsStore, copy: SettingsStore, failed: OnCopyFailed): SettingsStore {
  return {
    ...settings,
    async putRoom(room, expected) {
      const revision = await settings.putRoom(room, expected);
      if (revision !== null) await copy.putRoom(room).catch(failed);
      return revision;
    },
    async putRelyingParty(party, expected) {
      const revision = await settings.putRelyingParty(party, expected);
      if (revision !== null) await copy.putRelyingParty(party).catch(failed);
      return revision;
    },
    async deleteRelyingParty(clientId, expected) {
      const isDeleted = await settings.deleteRelyingParty(clientId, expected);
      if (isDeleted) await copy.deleteRelyingParty(clientId).catch(failed);
      return isDeleted;
    },
  };
}

export function copyText(text: StoredText, copy: StoredText, failed: OnCopyFailed): StoredText {
  return {
    read: text.read,
    async write(value) {
      await text.write(value);
      await copy.write(value).catch(failed);
    },
  };
}

export interface Copies {
  readonly settings: Pick<SettingsStore, 'rooms' | 'relyingParties'>;
  readonly texts: Readonly<Record<string, Pick<StoredText, 'read'>>>;
}

/** Puts what only the copies have into the table. */
export async function fillTable(database: Pick<Database, 'put' | 'get' | 'all'>, { settings, texts }: Copies) {
  const put = (key: Key, text: string) =>
    database.put({ ...itemKey(key), text: packed(text), revision: S(revisionOf(text)) }, NEW);

  async function fill<T>(pk: string, copies: readonly T[], idOf: (value: T) => string): Promise<void> {
    const there = new Set((await database.all(pk)).map(({ sk }) => sk?.S));
    const missing = copies.filter((value) => !there.has(idOf(value)));
    for (const value of missing) await put({ pk, sk: idOf(value) }, JSON.stringify(value));
  }

  await fill(ROOMS, await settings.rooms(), ({ id }) => id);
  await fill(RELYING_PARTIES, await settings.relyingParties(), ({ client_id }) => client_id);
  for (const [name, copy] of Object.entries(texts)) {
    const text = await copy.read();
    if (text !== null && !(await database.get(textKey(name)))) await put(textKey(name), text);
  }
}
