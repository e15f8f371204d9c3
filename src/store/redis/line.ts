import { RoomNotFound } from '#waiting-room/errors.ts';
import type { LineView } from '#waiting-room/line/counters.ts';
import type { Joined } from '#waiting-room/line/joins.ts';
import { type LineStore, lineStoreOf } from '#waiting-room/ports/line.ts';
import type { RunLine } from './fence.ts';
import type { Issued, KnownNumbers } from './known-numbers.ts';
import { lineScripts } from './line-scripts.ts';

/** The line in Redis: one script for each verb, so that each is one atomic step and one round trip. */
export function createLineStore(run: RunLine, numbers: Pick<KnownNumbers, 'learn'>): LineStore {
  const line = lineStoreOf(async (room, verb, input, now) => {
    const outcome = await run(room, lineScripts[verb], input, now);
    if (!outcome) throw new RoomNotFound(room);
    return outcome.output;
  });
  return {
    ...line,
    async join(room, entrants, now) {
      const joined = await line.join(room, entrants, now);
      const last = joined?.at(-1);
      if (last) numbers.learn(room, issuedBy(last));
      return joined;
    },
    async view(room, now) {
      const view = await line.view(room, now);
      numbers.learn(room, issuedIn(view));
      return view;
    },
    async viewForMemory(room, known, now) {
      const seen = await line.viewForMemory(room, known, now);
      numbers.learn(room, issuedIn(seen.view));
      return seen;
    },
  };
}

function issuedBy({ incarnation, generation, number, entry }: Joined): Issued {
  return { incarnation, generation, number, draw: entry?.draw ?? 0, arrivals: entry ? entry.index + 1 : 0 };
}

function issuedIn({ incarnation, generation, counters, draws }: LineView): Issued {
  const last = draws.at(-1);
  return { incarnation, generation, number: counters.queue, draw: last?.draw ?? 0, arrivals: last?.arrivals ?? 0 };
}
