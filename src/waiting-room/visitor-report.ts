/** Where a visitor stands and why, in words that a support agent can read out. */
import { waitOf } from './facts.ts';
import { hasLanes, laneTitle } from './lanes.ts';
import type { Admission } from './line/admission.ts';
import type { Place } from './line/place.ts';
import { areAdmissionsStopped, areTurnsStopped } from './pause.ts';
import type { RoomId } from './room.ts';
import type { Snapshot } from './snapshots.ts';

export const VISITOR_STATES = ['waiting', 'returned', 'served', 'inside', 'missed', 'over', 'unknown'] as const;

/** Field names are public. */
export interface VisitorReport {
  readonly room: RoomId;
  /** Null in a room without lanes, and where the lane is unknown. */
  readonly lane: string | null;
  /** Null where only a sub is known. */
  readonly number: number | null;
  readonly state: (typeof VISITOR_STATES)[number];
  readonly people_ahead: number | null;
  /** Until when the place is held, or the admission lasts. */
  readonly until: string | null;
  readonly words: string;
}

const clock = (at: number) => `${new Date(at).toISOString().slice(11, 16)} UTC`;
const people = (count: number) => (count === 1 ? '1 person is' : `${count} people are`);

/** Why nobody is served, where that is so. */
function stopOf({ settings, view }: Snapshot): string {
  if (settings.mode === 'paused') return ' The room is paused: everybody keeps their number.';
  if (settings.mode === 'closed') return ' The room is closed: nobody is let in.';
  return view.alarm ? ' The site has trouble: nobody is let in until it is well.' : '';
}

/** How long the place of a served visitor is held. */
function holdOf({ settings }: Snapshot, claimBy: number): string {
  if (areTurnsStopped(settings)) return 'The place is held while the room is paused';
  return `The place is held until ${clock(claimBy)}`;
}

const laneOf = ({ settings, lane }: Snapshot): string | null => (hasLanes(settings) ? laneTitle(lane) : null);

/** Of a number that several lanes may have: the first that has it, in the words of all that have it. */
export function reportOfLanes(reports: readonly [VisitorReport, ...VisitorReport[]]): VisitorReport {
  const known = reports.filter(({ state }) => state !== 'unknown');
  const [first = reports[0]] = known;
  if (first.lane === null || known.length === 0) return first;
  return { ...first, words: known.map(({ lane, words }) => `Lane ${lane}: ${words}`).join(' ') };
}

/** Of a number. */
export function reportOfNumber(snapshot: Snapshot, number: number, place: Place): VisitorReport {
  const report = (state: VisitorReport['state'], words: string, more: Partial<VisitorReport> = {}): VisitorReport => ({
    ...{ room: snapshot.settings.id, lane: laneOf(snapshot), number, state, people_ahead: null, until: null, ...more },
    words,
  });
  const stop = stopOf(snapshot);
  const unissued = report('unknown', `Number ${number} has not been given out in this room.`);
  // The line takes a number that is a little ahead for one of a join that the store lost.
  if (number > snapshot.view.counters.queue) return unissued;
  switch (place.state) {
    case 'stale':
      return unissued;
    case 'waiting': {
      const ahead = snapshot.ahead(number);
      const wait = waitOf(snapshot, ahead);
      const time = wait ? ` The wait is about ${minutes(wait.low)} to ${minutes(wait.high)} minutes.` : '';
      return report('waiting', `Number ${number} is in line. ${people(ahead)} ahead.${time}${stop}`, {
        people_ahead: ahead,
      });
    }
    case 'returned':
      return report(
        'returned',
        `Number ${number} missed a turn, came back, and is at the front of the line. It gets one of the next free places.${stop}`,
        { people_ahead: 0 },
      );
    case 'served':
      return report(
        'served',
        `It is the turn of number ${number}. ${holdOf(snapshot, place.claimBy)}: the waiting page has the button.`,
        { people_ahead: 0, until: new Date(place.claimBy).toISOString() },
      );
    case 'admitted':
      return reportOfAdmission(snapshot, place.admission);
    case 'missed': {
      const where = place.front ? 'at the front, with the same number' : 'at the end of the line, with a new number';
      const why = place.away ? 'the page sent no sign of life when its turn came' : 'nobody took the turn in time';
      return report('missed', `Number ${number} missed its turn: ${why}. The page offers to rejoin ${where}.`);
    }
    case 'over':
      return report('over', `Number ${number} is used up: its visitor was let in, or left the line.`);
  }
}

/** Of a visitor who is inside. */
export function reportOfAdmission({ settings }: Snapshot, { number, expiresAt }: Admission): VisitorReport {
  const until = new Date(expiresAt).toISOString();
  const words = areAdmissionsStopped(settings)
    ? `Number ${number} is inside. Its time stands still while the room is paused.`
    : `Number ${number} is inside, until ${clock(expiresAt)}.`;
  return { room: settings.id, lane: null, number, state: 'inside', people_ahead: null, until, words };
}

/** Of a sub without an admission: who waits is known by number only. */
export function reportOfUnknown({ settings }: Snapshot): VisitorReport {
  const words =
    'Nobody with this sub is inside. A visitor who waits is found by the number on the waiting page, not by the sub.';
  return { room: settings.id, lane: null, number: null, state: 'unknown', people_ahead: null, until: null, words };
}

const minutes = (seconds: number) => Math.max(1, Math.round(seconds / 60));
