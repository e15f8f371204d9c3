import { RoomNotFound } from '#waiting-room/errors.ts';
import type { LineView } from '#waiting-room/line/counters.ts';
import type { Joined } from '#waiting-room/line/joins.ts';
import { type LineStore, lineStoreOf, type PerformVerb } from '#waiting-room/ports/line.ts';
import type { StoreLog } from './client.ts';
import { withDeadline } from './deadline.ts';
import type { RunLine } from './fence.ts';
import { createJoins } from './join.ts';
import type { Issued, KnownNumbers } from './known-numbers.ts';
import { createKnownPresents } from './known-present.ts';
import type { LineScript } from './line-script.ts';
import { lineScripts, type ScriptedVerb } from './line-scripts.ts';
import { quickScripts, UNSETTLED } from './quick-scripts.ts';

export interface LineStoreDeps {
  readonly run: RunLine;
  readonly numbers: Pick<KnownNumbers, 'learn'>;
  /** How long a call may take, in ms. */
  readonly deadline: number;
  readonly log?: StoreLog | undefined;
}

/** The line in Redis: one script for each verb, so that each is one atomic step and one round trip. */
export function createLineStore({ run, numbers, deadline, log }: LineStoreDeps): {
  readonly line: LineStore;
  /** Discards no more of what joins issued that were given up. */
  readonly stop: () => void;
} {
  const perform: PerformVerb = async (room, verb, input, now) => {
    // A join, the one verb that is not scripted like this, is replaced below.
    type AnyScript = LineScript<typeof input, unknown>;
    const quick = quickScripts[verb as keyof typeof quickScripts] as AnyScript | undefined;
    const quickly = quick && (await run(room, quick, input, now));
    if (quickly && quickly.output !== UNSETTLED) return quickly.output as never;
    const outcome = await run(room, lineScripts[verb as ScriptedVerb] as AnyScript, input, now);
    if (!outcome) throw new RoomNotFound(room);
    return outcome.output as never;
  };
  const presents = createKnownPresents();
  const verbs = withDeadline(lineStoreOf(perform), deadline);
  const { join, stop } = createJoins({ run, discard: verbs.discard, deadline, log });
  const line: LineStore = {
    ...verbs,
    async join(room, entrants, now) {
      const joined = await join(room, entrants, now);
      const last = joined?.at(-1);
      if (last) numbers.learn(room, issuedBy(last));
      return joined;
    },
    async view(room, now) {
      const view = await verbs.view(room, now);
      numbers.learn(room, issuedIn(view));
      return view;
    },
    async viewForMemory(room, known, now) {
      const asked = { ...known, present: presents.get(room) };
      const seen = await verbs.viewForMemory(room, asked, now).catch((error: unknown) => {
        if (error instanceof RoomNotFound) presents.forget(room);
        throw error;
      });
      presents.saw(room, seen.view);
      numbers.learn(room, issuedIn(seen.view));
      return seen;
    },
  };
  return { line, stop };
}

function issuedBy({ incarnation, generation, number, entry }: Joined): Issued {
  return { incarnation, generation, number, draw: entry?.draw ?? 0, arrivals: entry ? entry.index + 1 : 0 };
}

function issuedIn({ incarnation, generation, counters, draws }: LineView): Issued {
  const last = draws.at(-1);
  return { incarnation, generation, number: counters.queue, draw: last?.draw ?? 0, arrivals: last?.arrivals ?? 0 };
}
