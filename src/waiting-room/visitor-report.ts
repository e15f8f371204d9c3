/** Where a visitor stands and why, in sentences that a support agent can read out. */
import { waitOf } from './facts.ts';
import { hasLanes, laneTitle } from './lanes.ts';
import type { Admission } from './line/admission.ts';
import type { Place } from './line/place.ts';
import { areAdmissionsStopped, areTurnsStopped } from './pause.ts';
import type { RoomId } from './room.ts';
import { type Sentence, type SentenceValues, sentence } from './sentence.ts';
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
  /** To be read out one after the other. */
  readonly words: readonly Sentence[];
}

const says = (key: string, values?: SentenceValues): Sentence => sentence(`support.says.${key}`, values);

const clock = (at: number) => `${new Date(at).toISOString().slice(11, 16)} UTC`;

/** Why nobody is served, where that is so. */
function stopOf({ settings, view }: Snapshot): Sentence[] {
  if (settings.mode === 'paused') return [says('paused')];
  if (settings.mode === 'closed') return [says('closed')];
  return view.alarm ? [says('alarm')] : [];
}

const waitWords = (low: number, high: number): Sentence =>
  says('wait', { low, high, range: low < high ? 'yes' : 'no' });

/** How long the place of a served visitor is held. */
function servedWords({ settings }: Snapshot, number: number, claimBy: number): Sentence {
  return areTurnsStopped(settings)
    ? says('served_paused', { number })
    : says('served', { number, until: clock(claimBy) });
}

const laneOf = ({ settings, lane }: Snapshot): string | null => (hasLanes(settings) ? laneTitle(lane) : null);

/** Of a number that several lanes may have: the first that has it, in the words of all that have it. */
export function reportOfLanes(reports: readonly [VisitorReport, ...VisitorReport[]]): VisitorReport {
  const known = reports.filter(({ state }) => state !== 'unknown');
  const [first = reports[0]] = known;
  if (first.lane === null || known.length === 0) return first;
  return { ...first, words: known.flatMap(({ lane, words }) => [says('lane', { lane: lane ?? '' }), ...words]) };
}

/** Of a number. */
export function reportOfNumber(snapshot: Snapshot, number: number, place: Place): VisitorReport {
  const report = (
    state: VisitorReport['state'],
    words: VisitorReport['words'],
    more: Partial<VisitorReport> = {},
  ): VisitorReport => ({
    ...{ room: snapshot.settings.id, lane: laneOf(snapshot), number, state, people_ahead: null, until: null, ...more },
    words,
  });
  const stop = stopOf(snapshot);
  const unissued = report('unknown', [says('unissued', { number })]);
  // The line takes a number that is a little ahead for one of a join that the store lost.
  if (number > snapshot.view.counters.queue) return unissued;
  switch (place.state) {
    case 'stale':
      return unissued;
    case 'waiting': {
      const ahead = snapshot.ahead(number);
      const wait = waitOf(snapshot, ahead);
      const time = wait ? [waitWords(minutes(wait.low), minutes(wait.high))] : [];
      return report('waiting', [says('waiting', { number, ahead }), ...time, ...stop], { people_ahead: ahead });
    }
    case 'returned':
      return report('returned', [says('returned', { number }), ...stop], { people_ahead: 0 });
    case 'served':
      return report('served', [servedWords(snapshot, number, place.claimBy)], {
        people_ahead: 0,
        until: new Date(place.claimBy).toISOString(),
      });
    case 'admitted':
      return reportOfAdmission(snapshot, place.admission);
    case 'missed': {
      const [away, front] = [place.away ? 'yes' : 'no', place.front ? 'yes' : 'no'];
      return report('missed', [says('missed', { number, away, front })]);
    }
    case 'over':
      return report('over', [says('over', { number })]);
  }
}

/** Of a visitor who is inside. */
export function reportOfAdmission({ settings }: Snapshot, { number, expiresAt }: Admission): VisitorReport {
  const until = new Date(expiresAt).toISOString();
  const words = areAdmissionsStopped(settings)
    ? says('inside_paused', { number })
    : says('inside', { number, until: clock(expiresAt) });
  return { room: settings.id, lane: null, number, state: 'inside', people_ahead: null, until, words: [words] };
}

/** Of a sub without an admission: who waits is known by number only. */
export function reportOfUnknown({ settings }: Snapshot): VisitorReport {
  const words = [says('unknown_sub')];
  return { room: settings.id, lane: null, number: null, state: 'unknown', people_ahead: null, until: null, words };
}

const minutes = (seconds: number) => Math.max(1, Math.round(seconds / 60));
