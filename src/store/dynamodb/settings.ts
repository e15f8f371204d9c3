import type { ReadChanged } from '#waiting-room/ports/followed-texts.ts';
import { type Revision, revisionOf } from '#waiting-room/ports/revision.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import { settingsOfTexts, type TextTable } from '#waiting-room/ports/settings-of-texts.ts';
import type { RoomId } from '#waiting-room/room.ts';
import { type Database, type Expression, itemKey, NEW } from './database.ts';
import { RELYING_PARTIES, ROOMS } from './keys.ts';
import { type Item, packed, S, textOf, unpacked } from './values.ts';

type SettingsDatabase = Pick<Database, 'get' | 'put' | 'remove' | 'all'>;

export interface SettingsDeps {
  readonly database: SettingsDatabase;
  /** Deletes the line of a room, before the room. */
  readonly deleteLine: (room: RoomId) => Promise<void>;
}

/** Rooms and relying parties, a partition of JSON texts each, in the order of the ids. */
export function createSettingsStore({ database, deleteLine }: SettingsDeps): SettingsStore {
  return settingsOfTexts({
    rooms: createTexts(database, ROOMS),
    changedRooms: createChangedTexts(database, ROOMS),
    relyingParties: createTexts(database, RELYING_PARTIES),
    deleteLine,
  });
}

const is = (revision: Revision): Expression => ({ text: 'revision = :revision', values: { ':revision': S(revision) } });

/** Looks at the revisions, and reads the texts whose revision is another one. */
function createChangedTexts(database: SettingsDatabase, pk: string): ReadChanged {
  const textsOf = (items: readonly Item[]) => new Map(items.map((item) => [textOf(item.sk), unpacked(item.text)]));

  return async (known, only) => {
    if (only === undefined && known.size === 0) {
      const texts = textsOf(await database.all(pk));
      return { ids: [...texts.keys()], texts };
    }
    const found =
      only === undefined
        ? await database.all(pk, undefined, HEAD)
        : await Promise.all(only.map((sk) => database.get({ pk, sk }, HEAD)));
    const heads = found.filter((item) => item !== undefined);
    const other = heads.filter(({ sk, revision }) => known.get(textOf(sk))?.revision !== revision?.S);
    const read = await Promise.all(other.map(({ sk }) => database.get({ pk, sk: textOf(sk) })));
    const texts = textsOf(read.filter((item) => item !== undefined));
    const isThere = (id: string) => texts.has(id) || !other.some(({ sk }) => textOf(sk) === id);
    // One that is gone by now has no text.
    return { ids: heads.map(({ sk }) => textOf(sk)).filter(isThere), texts };
  };
}

const HEAD = ['sk', 'revision'];

function createTexts(database: SettingsDatabase, pk: string): TextTable {
  return {
    all: async () => (await database.all(pk)).map((item) => unpacked(item.text)),
    async text(id) {
      const item = await database.get({ pk, sk: id });
      return item ? unpacked(item.text) : null;
    },
    async put(id, text, expected) {
      const revision = revisionOf(text);
      const item = { ...itemKey({ pk, sk: id }), text: packed(text), revision: S(revision) };
      const condition = expected === null ? NEW : expected === undefined ? undefined : is(expected);
      return (await database.put(item, condition)) ? revision : null;
    },
    async remove(id, expected) {
      const { held, item } = await database.remove({ pk, sk: id }, expected === undefined ? undefined : is(expected));
      return held && item !== undefined;
    },
  };
}
