import type { StoredText } from '#waiting-room/ports/stored-text.ts';
import type { Database } from './database.ts';
import { itemKey } from './database.ts';
import { textKey } from './keys.ts';
import { packed, unpacked } from './values.ts';

export function createStoredText(database: Pick<Database, 'get' | 'put'>, name: string): StoredText {
  const key = textKey(name);
  return {
    async read() {
      const item = await database.get(key);
      return item ? unpacked(item.text) : null;
    },
    async write(text) {
      await database.put({ ...itemKey(key), text: packed(text) });
    },
  };
}
