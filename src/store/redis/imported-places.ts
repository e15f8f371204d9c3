import { type ImportedPlace, type ImportedPlaces, PLACES_KEPT } from '#waiting-room/ports/imported-places.ts';
import type { RedisClient } from './client.ts';
import { keyScripts } from './key-scripts.ts';
import { tokenKeys } from './keys.ts';
import type { Run } from './script.ts';
import { answered } from './unavailable.ts';

/** Places in one command. */
const BATCH = 1000;

/** A hash a line: id → `number:time`, which Redis drops a while after the last import. */
export function createImportedPlaces(client: RedisClient, run: Run): ImportedPlaces {
  return {
    async add(line, places) {
      const { places: key } = tokenKeys(line);
      for (let from = 0; from < places.length; from += BATCH) {
        const pairs = places
          .slice(from, from + BATCH)
          .flatMap(({ id, number, enteredAt }) => [id, `${number}:${enteredAt}`]);
        await run(keyScripts.addPlaces, [key], PLACES_KEPT, ...pairs);
      }
    },
    async find(line, id) {
      const found = await answered(client.hget(tokenKeys(line).places, id));
      return found === null ? null : parse(id, found);
    },
    exist: async (line) => (await answered(client.exists(tokenKeys(line).places))) === 1,
  };
}

function parse(id: string, text: string): ImportedPlace {
  const [number, enteredAt] = text.split(':').map(Number);
  return { id, number: number ?? 0, enteredAt: enteredAt ?? 0 };
}
