/** What is left to sell in a room: an operator sets it, and each completed visit lowers it by one. */
import type { LineView } from './line/counters.ts';
import type { RoomSettings, StockFrom } from './room.ts';

/** A room, or the line of a lane, as it was seen. */
interface Seen {
  readonly view: Pick<LineView, 'generation' | 'counters'>;
}

type WithStock = Pick<RoomSettings, 'stock' | 'stock_from'>;

/** What the lines have counted. The default lane comes first: all lanes begin their generations together. */
export function soldIn(lanes: readonly [Seen, ...Seen[]]): StockFrom {
  return {
    generation: lanes[0].view.generation,
    completed: lanes.reduce((sum, { view }) => sum + view.counters.completed, 0),
  };
}

/** What is left, never below 0; null where the room has no stock. */
export function stockLeft({ stock, stock_from }: WithStock, lanes: readonly [Seen, ...Seen[]]): number | null {
  if (stock == null) return null;
  const { generation, completed } = soldIn(lanes);
  const before = stock_from?.generation === generation ? stock_from.completed : 0;
  return Math.max(0, stock - Math.max(0, completed - before));
}

/** Whether nothing is left in a room that still lets visitors in. */
export const isSoldOut = (settings: RoomSettings, lanes: readonly [Seen, ...Seen[]]): boolean =>
  settings.mode !== 'closed' && stockLeft(settings, lanes) === 0;

/** Whether both count the same stock from the same point on. */
export const hasSameStock = (one: WithStock, other: WithStock): boolean =>
  (one.stock ?? null) === (other.stock ?? null) &&
  one.stock_from?.generation === other.stock_from?.generation &&
  one.stock_from?.completed === other.stock_from?.completed;
