/** The states of the waiting page in the order of a rehearsal, with made-up numbers. */
import { type Facts, newcomerFacts } from '#waiting-room/facts.ts';
import { claimWindowOf } from '#waiting-room/poll-intervals.ts';
import type { Snapshot } from '#waiting-room/snapshots.ts';

export const REHEARSED_STATES = [
  ...(['before_start', 'full', 'challenge', 'waiting', 'paused', 'expired'] as const),
  ...(['sold_out', 'ended', 'maintenance', 'served'] as const),
];
export type RehearsedState = (typeof REHEARSED_STATES)[number];

const TEN_MINUTES = 10 * 60_000;
const IN_LINE = { number: 1204, serving: 1100, people_ahead: 87 };

/** What the page shows in a state. */
export function rehearsedFacts(snapshot: Snapshot, state: RehearsedState, now: number): Facts {
  const facts: Facts = { ...newcomerFacts(snapshot, 'full'), people_ahead: 0 };
  const { missed_turn } = snapshot.settings.admission;
  const claimWindow = claimWindowOf(snapshot.settings);
  switch (state) {
    case 'before_start':
      return { ...facts, state, starts_at: new Date(now + TEN_MINUTES).toISOString() };
    case 'full':
    case 'challenge':
      return newcomerFacts(snapshot, state);
    case 'waiting':
      return { ...facts, ...IN_LINE, state, people_ahead_at_join: 120, estimated_wait: { low: 60, high: 150 } };
    case 'paused':
      return { ...facts, ...IN_LINE, state, people_ahead_at_join: 120 };
    case 'expired':
      return { ...facts, number: IN_LINE.number, state, rejoin: 'on_request', rejoin_at: missed_turn };
    case 'served':
      return { ...facts, number: IN_LINE.number, state, claim_by: new Date(now + claimWindow).toISOString() };
    default:
      return { ...facts, number: IN_LINE.number, state: 'closed', closed_reason: state };
  }
}
