import { type LineId, lineOf } from './lanes.ts';
import type { LineStore } from './ports/line.ts';
import type { Ticket } from './ticket.ts';

/** Compares predicted waits with actual ones. The share of waits within their range measures the estimate's quality. */
export interface Predictions {
  /** A visitor claimed the turn at `now`. Does nothing if their ticket carries no prediction. */
  compare(ticket: Ticket, now: number): void;
  /** Sends one command a line. Results that the store did not take stay for the next flush. */
  flush(): Promise<void>;
}

export function createPredictions(line: Pick<LineStore, 'recordPredictions'>): Predictions {
  const gathered = new Map<LineId, { within: number; outside: number }>();

  function add(id: LineId, within: number, outside: number): void {
    const sum = gathered.get(id) ?? { within: 0, outside: 0 };
    gathered.set(id, { within: sum.within + within, outside: sum.outside + outside });
  }

  return {
    compare({ joinedAt, predicted, ...of }, now) {
      if (!predicted) return;
      const waited = (now - joinedAt) / 1000;
      const isWithin = waited >= predicted.low && waited <= predicted.high;
      add(lineOf(of), isWithin ? 1 : 0, isWithin ? 0 : 1);
    },
    async flush() {
      const batch = [...gathered];
      gathered.clear();
      await Promise.all(
        batch.map(async ([id, { within, outside }]) => {
          try {
            await line.recordPredictions(id, { within, outside }, 0);
          } catch (error) {
            add(id, within, outside);
            throw error;
          }
        }),
      );
    },
  };
}
