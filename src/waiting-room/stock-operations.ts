import { lanesOf } from './lanes.ts';
import type { LineView } from './line/counters.ts';
import type { OperationsContext } from './operations-context.ts';
import type { RoomId, RoomSettings } from './room.ts';
import type { RoomOperations } from './room-operations.ts';
import { hasSameStock, soldIn, stockLeft } from './stock.ts';

/** What operators do with the stock of a room. */
export interface StockOperations {
  /** What is left to sell; null where the room has no stock. */
  stock(id: RoomId): Promise<number | null>;
  /** Sets what is left to sell from this moment on. Null: the room has no stock. Returns what is left. */
  setStock(id: RoomId, left: number | null): Promise<number | null>;
  /** Closes a room whose stock was seen to be sold out, unless it was set again since. */
  closeSoldOut(seen: RoomSettings): Promise<void>;
}

interface Seen {
  readonly view: LineView;
}

export function createStockOperations(context: OperationsContext, rooms: RoomOperations): StockOperations {
  const { store, now, audit, existingRoom } = context;

  async function lookAt(settings: RoomSettings): Promise<[Seen, ...Seen[]]> {
    const look = async ({ line }: { readonly line: string }) => ({ view: await store.line.view(line, now()) });
    const [own, ...others] = lanesOf(settings);
    return Promise.all([look(own), ...others.map(look)]);
  }

  return {
    async stock(id) {
      const settings = await existingRoom(id);
      return stockLeft(settings, await lookAt(settings));
    },
    async setStock(id, left) {
      const seen = soldIn(await lookAt(await existingRoom(id)));
      await rooms.changeRoom(id, ({ stock_from: _, ...settings }) => ({
        ...settings,
        stock: left,
        ...(left === null ? {} : { stock_from: seen }),
      }));
      audit('stock.set', id, { stock: left });
      return left;
    },
    async closeSoldOut(seen) {
      const close = (settings: RoomSettings): RoomSettings => {
        if (settings.mode === 'closed' || !hasSameStock(settings, seen)) return settings;
        return { ...settings, mode: 'closed', closed_reason: 'sold_out' };
      };
      // Without a stock to sell it would close again at once.
      await rooms.changeRoom(seen.id, close, undefined, { isUndoable: false });
    },
  };
}
