import { expect, test } from 'vitest';
import { lineView } from '#support/line-view.ts';
import type { LineView } from '#waiting-room/line/counters.ts';
import {
  gatherPace,
  LATEST_TURNS,
  letInLastMinute,
  type Pace,
  presentMinuteAgo,
  reachedTurns,
  secondsSinceLastTurn,
} from '#waiting-room/pace.ts';

const T0 = 1_000_000;

/** The pace after these views, each so many seconds after the first. */
function paceOf(...views: readonly (readonly [second: number, view: LineView])[]): Pace {
  const pace = views.reduce<Pace | null>(
    (before, [second, view]) => gatherPace(before, view, T0 + second * 1000),
    null,
  );
  if (!pace) throw new Error('there is no view');
  return pace;
}

const claimed = (count: number, more: Partial<LineView> = {}) =>
  lineView({ turns: count, counters: { claimed: count }, ...more });

test('counts the admissions of the last minute', () => {
  const pace = paceOf([0, claimed(0)], [30, claimed(10)], [60, claimed(12)], [90, claimed(15)]);
  expect(letInLastMinute(pace, claimed(15), T0 + 90_000)).toBe(5);
});

test('counts since the first view where that was less than a minute ago', () => {
  expect(letInLastMinute(paceOf([0, claimed(5)], [20, claimed(9)]), claimed(9), T0 + 20_000)).toBe(4);
});

test('says how long ago the last turn was given', () => {
  expect(secondsSinceLastTurn(paceOf([0, claimed(0)], [5, claimed(1)], [79, claimed(1)]), T0 + 79_000)).toBe(74);
  expect(secondsSinceLastTurn(paceOf([0, claimed(3)]), T0 + 9000)).toBe(9);
});

test('says how many were present a minute ago, once it has watched for that long', () => {
  const present = (count: number) => lineView({ counters: { present: count } });
  const pace = paceOf([0, present(80)], [30, present(60)], [61, present(30)]);
  expect(presentMinuteAgo(pace, T0 + 61_000)).toBe(80);
  expect(presentMinuteAgo(paceOf([0, present(80)]), T0 + 59_000)).toBeNull();
});

test('a turn reached the site when its admission was confirmed', () => {
  const pace = paceOf(
    [0, lineView({})],
    // Ten turns: four are confirmed, one admission lapsed, two are not confirmed yet, two are held, one was missed.
    [3, lineView({ turns: 10, held: 2, provisional: 2, lapses: 1, counters: { claimed: 7 } })],
  );
  expect(reachedTurns(pace)).toEqual({ turns: 6, reached: 4 });
});

test('only the latest turns count', () => {
  const missed = lineView({ turns: 500 });
  const after = lineView({ turns: 500 + LATEST_TURNS, counters: { claimed: LATEST_TURNS } });
  expect(reachedTurns(paceOf([0, lineView({})], [3, missed], [6, after]))).toEqual({
    turns: LATEST_TURNS,
    reached: LATEST_TURNS,
  });
});

test.each([
  ['the room was reset', 5, lineView({ generation: 2 })],
  ['the counters went back', 5, claimed(1)],
  ['the clock jumped back', -50, claimed(100)],
])('begins again where %s', (_, second, view) => {
  const pace = paceOf([0, claimed(100)], [second, view]);
  expect(pace).toMatchObject({ since: T0 + second * 1000, lastTurnAt: null, outcomes: [] });
  expect(letInLastMinute(pace, view, T0 + second * 1000)).toBe(0);
});

test('keeps a bounded number of samples and outcomes', () => {
  let pace = gatherPace(null, claimed(0), T0);
  for (let second = 1; second <= 600; second++) pace = gatherPace(pace, claimed(second), T0 + second * 1000);
  expect(pace.samples.length).toBeLessThan(40);
  expect(pace.outcomes.length).toBeLessThanOrEqual(LATEST_TURNS);
});
