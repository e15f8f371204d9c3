/**
 * Admissions that a line lost, restored from the ledger beyond its store. The ledger may show an admission late, and may
 * get one while its line is lost. So each process restores them again for some seconds after a line was opened again.
 * Then the ledger has told all, and the line keeps no more places for lost admissions without a name.
 */
import type { LineId } from './lanes.ts';
import { standingFor } from './line/admission.ts';
import type { LineView } from './line/counters.ts';
import type { Restoration } from './line/ledger.ts';
import type { Checkpoints } from './ports/checkpoints.ts';
import type { LineStore } from './ports/line.ts';

export interface RestoredAdmissionsDeps {
  readonly checkpoints: Pick<Checkpoints, 'inside'>;
  readonly line: Pick<LineStore, 'restoreAdmissions'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How long after a line was opened again the ledger is asked, how often, and from when on it has told all, in ms. */
const ASKED = 10_000;
const EVERY = 1500;
const COMPLETE = 5000;
/** The most admissions that one step of a line restores. */
const BATCH = 5000;

/** Restores admissions in steps that are short for the store. */
export async function restoreAll(
  line: RestoredAdmissionsDeps['line'],
  id: LineId,
  { admissions, isComplete = false, ...of }: Restoration,
  now: () => number,
): Promise<void> {
  for (let from = 0; from === 0 || from < admissions.length; from += BATCH) {
    const batch = { ...of, admissions: admissions.slice(from, from + BATCH) };
    const isLast = from + BATCH >= admissions.length;
    await line.restoreAdmissions(id, { ...batch, isComplete: isComplete && isLast }, now());
  }
}

/** What is to be called with each view of a line. */
export function createRestoredAdmissions({ checkpoints, line, now }: RestoredAdmissionsDeps) {
  /** When, by the line's time, a line was restored last. */
  const restored = new Map<LineId, number>();

  return async (id: LineId, view: LineView): Promise<void> => {
    const { incarnation, generation, heartbeatsSince, clock } = view;
    const since = clock - heartbeatsSince;
    if (heartbeatsSince === 0 || since >= ASKED) {
      restored.delete(id);
      return;
    }
    if (Math.abs(clock - (restored.get(id) ?? 0)) < EVERY) return;
    restored.set(id, clock);
    const stopped = view.stopped + standingFor(view, now());
    const inside = await checkpoints.inside(id, { incarnation, generation }, now() - stopped);
    // The line knows by itself who was admitted after it was opened.
    const admissions = inside.filter(({ issuedAt }) => issuedAt + stopped < heartbeatsSince);
    const isComplete = since >= COMPLETE;
    await restoreAll(line, id, { incarnation, generation, isComplete, admissions }, now);
  };
}
