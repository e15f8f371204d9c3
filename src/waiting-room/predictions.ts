import type { LineStore } from './ports/line.ts';
import type { RoomId } from './room.ts';
import type { Ticket } from './ticket.ts';

/** Compares what was predicted with what came: the share of waits inside their range is what an estimate is worth. */
export interface Predictions {
  /** Somebody's turn was taken at `now`. Nothing was predicted for whoever came when nothing was known. */
  compare(ticket: Ticket, now: number): void;
  /** One command a room. What the store did not take stays for the next flush. */
  flush(): Promise<void>;
}

export function createPredictions(line: Pick<LineStore, 'recordPredictions'>): Predictions {
  const gathered = new Map<RoomId, { within: number; outside: number }>();

  function add(room: RoomId, within: number, outside: number): void {
    const sum = gathered.get(room) ?? { within: 0, outside: 0 };
    gathered.set(room, { within: sum.within + within, outside: sum.outside + outside });
  }

  return {
    compare({ room, joinedAt, predicted }, now) {
      if (!predicted) return;
      const waited = (now - joinedAt) / 1000;
      const came = waited >= predicted.low && waited <= predicted.high;
      add(room, came ? 1 : 0, came ? 0 : 1);
    },
    async flush() {
      const batch = [...gathered];
      gathered.clear();
      await Promise.all(
        batch.map(async ([room, { within, outside }]) => {
          try {
            await line.recordPredictions(room, { within, outside }, 0);
          } catch (error) {
            add(room, within, outside);
            throw error;
          }
        }),
      );
    },
  };
}
