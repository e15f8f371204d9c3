import { LineInUse } from './errors.ts';
import type { Counters } from './line/counters.ts';
import type { FormerLine } from './line/take-over.ts';
import type { OperationsContext } from './operations-context.ts';
import type { ImportedPlace } from './ports/imported-places.ts';
import type { IssuedToken, TokenLine } from './ports/issued-tokens.ts';
import type { RoomId } from './room.ts';

/** How operators move the line of another waiting room here. The line comes first, then its places and tokens. */
export interface ImportOperations {
  /** Rejects with LineInUse where the line has issued or served numbers. */
  takeOver(id: RoomId, former: FormerLine): Promise<Counters>;
  /** The ids of visitors. One that was imported before keeps its place. */
  importPlaces(id: RoomId, places: readonly ImportedPlace[]): Promise<void>;
  /** Tokens that were issued. One that was imported before stays as it is. */
  importTokens(id: RoomId, tokens: readonly IssuedToken[]): Promise<void>;
}

/** Tokens on their way into the store at once. */
const AT_ONCE = 100;

export function createImportOperations(context: OperationsContext): ImportOperations {
  const { store, records, now, existingRoom, audit, roomChanged } = context;

  async function lineOf(room: RoomId): Promise<TokenLine> {
    await existingRoom(room);
    const { incarnation, generation } = await store.line.view(room, now());
    return { room, incarnation, generation };
  }

  return {
    async takeOver(id, former) {
      await existingRoom(id);
      if (!(await store.line.takeOver(id, former, now()))) throw new LineInUse(id);
      const { queue, serving, claimed } = former;
      audit('line.imported', id, { queue, serving, claimed });
      roomChanged(id);
      return (await store.line.view(id, now())).counters;
    },
    async importPlaces(id, places) {
      await records.importedPlaces.add(await lineOf(id), places);
    },
    async importTokens(id, tokens) {
      const line = await lineOf(id);
      for (let from = 0; from < tokens.length; from += AT_ONCE) {
        await Promise.all(tokens.slice(from, from + AT_ONCE).map((token) => records.issuedTokens.add(line, token)));
      }
    },
  };
}
