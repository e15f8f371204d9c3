import type { Counters, LineView } from '#waiting-room/line/counters.ts';

export const NO_COUNTERS: Counters = {
  queue: 0,
  serving: 0,
  waiting: 0,
  present: 0,
  claimed: 0,
  active: 0,
  completed: 0,
  abandoned: 0,
  expired: 0,
};

/** The view of a new line, with the test's changes. */
export function lineView({
  counters = {},
  ...more
}: Partial<Omit<LineView, 'counters'>> & {
  readonly counters?: Partial<LineView['counters']>;
}): LineView {
  return {
    incarnation: '',
    generation: 1,
    lineage: '',
    epoch: 0,
    clock: 0,
    shifted: 0,
    stopped: 0,
    stoppedAt: 0,
    counters: { ...NO_COUNTERS, ...counters },
    mode: 'queue',
    size: 0,
    sizeVersion: 0,
    inside: 0,
    held: 0,
    present: new Uint8Array(),
    presentFrom: 0,
    turns: 0,
    alarm: false,
    inletState: '',
    notes: { signal: '', meter: '', told: '', allotments: '' },
    draws: [],
    entrantsPresent: 0,
    heartbeatsSince: 0,
    joinPeak: 0,
    expiredAdmissions: 0,
    provisional: 0,
    lapses: 0,
    takeovers: 0,
    lapsedShare: 0,
    predictions: { within: 0, outside: 0 },
    ...more,
  };
}
