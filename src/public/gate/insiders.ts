/**
 * Whether a visitor with a pass is still inside: the admission may have ended early, or ends later, where a pause stopped
 * its time. A process asks the store about a visitor once, and again only after an admission of the room ended early, at
 * most once a second. The snapshot, at most a second old, counts the early ends, and for how long pauses stopped
 * admissions.
 */
import { unavailableCause } from '#http/unavailable-cause.ts';
import { standingFor } from '#waiting-room/line/admission.ts';
import { browserOf, type Pass } from '#waiting-room/passes.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Snapshot } from '#waiting-room/snapshots.ts';
import type { Visitors } from '#waiting-room/visitors.ts';

/** How long an answer of the store is used in any case, in ms. */
const MIN_AGE = 1000;

/** What this process knows about a pass. */
export interface Look {
  inside: boolean;
  /** What the browser of the pass is known by; '' for nothing. */
  browser: string;
  /** When the store was asked; 0 before. */
  at: number;
  /** How many of the room's admissions had ended early at that time. */
  ended: number;
  /** When the admission was to end, and for how long pauses had stopped admissions at that time. */
  expiresAt: number;
  stopped: number;
  asking?: Promise<boolean>;
}

export const NOT_ASKED: Readonly<Look> = {
  ...{ inside: false, browser: '', at: 0, ended: -1 },
  ...{ expiresAt: 0, stopped: 0 },
};

/** What a check of the gate is decided by. It is looked up once for each check. */
export interface Moment {
  readonly room: RoomId;
  /** Null while the store is unavailable. */
  readonly snapshot: Snapshot | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface InsidersDeps {
  readonly visitors: Pick<Visitors, 'admission' | 'confirm'>;
}

export interface Insiders {
  /** Not a promise if the answer is known. Rejects with RoomNotFound. */
  has(moment: Moment, pass: Pass, look: Look): boolean | Promise<boolean>;
  /** When the admission of somebody inside ends, where a pause has stopped its time; null if none has. */
  endOf(moment: Moment, look: Look): number | null;
}

export function createInsiders({ visitors }: InsidersDeps): Insiders {
  async function ask({ room, at }: Moment, pass: Pass, look: Look, ended: number, stopped: number): Promise<boolean> {
    try {
      // The cookie came back: this confirms the admission, once for each process.
      const find = look.at === 0 ? visitors.confirm : visitors.admission;
      const admission = await find(room, pass.visitor);
      const browser = browserOf(pass, admission);
      look.inside = browser !== null;
      look.browser = browser ?? '';
      look.expiresAt = admission?.expiresAt ?? 0;
      look.stopped = stopped;
    } catch (error) {
      // While the store is unavailable no end can be learned: the pass holds until it expires.
      if (!unavailableCause(error)) throw error;
      look.inside = true;
    }
    look.at = at;
    look.ended = ended;
    return look.inside;
  }

  return {
    has(moment, pass, look) {
      const { snapshot, at } = moment;
      const stopped = stoppedBy(moment, look);
      if (isOver(pass, look, stopped, at)) return false;
      // A lane has generations of its own, and the pass does not name the lane.
      if (snapshot?.lanes.length === 0 && pass.generation < snapshot.view.generation) return false;
      const ended = snapshot ? endedEarly(snapshot) : look.ended;
      if (look.inside && look.ended === ended) return true;
      const age = at - look.at;
      if (age >= 0 && age < MIN_AGE) return look.inside;
      look.asking ??= ask(moment, pass, look, ended, stopped).finally(() => {
        delete look.asking;
      });
      return look.asking;
    },
    endOf(moment, look) {
      const stopped = stoppedBy(moment, look);
      return stopped > 0 && look.expiresAt > 0 ? movedEnd(look, stopped) : null;
    },
  };
}

/** An admission ends with its pass, later only by what pauses stopped. */
function isOver(pass: Pass, look: Look, stopped: number, at: number): boolean {
  if (stopped === 0) return pass.expiresAt <= at;
  // How much of that came after the pass was given is known once the store was asked.
  return (look.expiresAt === 0 ? pass.expiresAt + stopped : movedEnd(look, stopped)) <= at;
}

/** When an admission ends that the store was asked about, after pauses that went on since. */
const movedEnd = (look: Look, stopped: number): number => look.expiresAt + Math.max(0, stopped - look.stopped);

function stoppedBy({ snapshot, at }: Moment, look: Look): number {
  return snapshot ? stoppedIn(snapshot, at) : look.stopped;
}

/** For how long pauses have stopped admissions of a room. They stop in all its lanes at once. */
function stoppedIn({ view, lanes }: Snapshot, now: number): number {
  let most = view.stopped + standingFor(view, now);
  for (const lane of lanes) most = Math.max(most, lane.view.stopped + standingFor(lane.view, now));
  return most;
}

/** More than admissions end in a generation. */
const GENERATION = 1e12;

/**
 * An admission that ends early counts as completed or abandoned, or ends with the generation. A browser that is let out
 * counts as well.
 */
function endedEarly(snapshot: Snapshot): number {
  let sum = endedIn(snapshot);
  for (const lane of snapshot.lanes) sum += endedIn(lane);
  return sum;
}

function endedIn({ view: { generation, counters, takeovers } }: Snapshot): number {
  return generation * GENERATION + counters.completed + counters.abandoned + takeovers;
}
