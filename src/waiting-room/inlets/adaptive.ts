import type { AdaptiveInlet } from '../room.ts';
import type { Inlet, Signal } from './inlet.ts';
import { hasNumbers, keep, kept } from './inlet.ts';
import type { Bucket } from './token-bucket.ts';
import { isBucket, JUMPED, secondsWorth, takeTokens } from './token-bucket.ts';

/** Backs off at once: to so much of the rate with each signal beyond a target that is no better than the one before. */
const BACK_OFF = 0.7;
/** Raises gently: by so much of the rate with each good one, and by less the closer the origin is to a target. */
const RAISE = 0.05;
/** Closer to a target than this part of it, the rate rises by less. */
const CLOSE = 0.25;
/** A rate change takes time to show at the origin: signals come closer together than this count once, in ms. */
const SETTLES = 1000;
/** After so long without a signal nobody knows how the origin does: the rate goes back to its minimum, in ms. */
const BLIND = 120_000;

interface State extends Bucket {
  readonly rate: number;
  /** The time of the last signal that counted. */
  readonly seen: number;
  /** What it said: how far the origin was to its target, 1 being there; 0 before the first. */
  readonly strain: number;
}

const isState = (value: object) => isBucket(value) && hasNumbers(value, 'rate', 'seen', 'strain');

/**
 * A rate that holds the origin's latency and error rate at their targets. Who went in stays for a while, so that the
 * origin feels a change late: while it recovers the rate is held, or it would be cut again and again for one excess.
 */
export const adaptive: Inlet<AdaptiveInlet> = (settings, { now, state, signal }) => {
  const before = kept<State>(state, 'adaptive', isState);
  const { rate, seen, strain } = adapted(settings, before, signal, now);
  const { people, bucket } = takeTokens(before, rate, secondsWorth(rate), now);
  return {
    raise: people > 0 ? { people, credits: Math.ceil(secondsWorth(rate)) } : null,
    state: keep('adaptive', { ...bucket, rate, seen, strain }),
  };
};

function adapted(
  settings: AdaptiveInlet,
  before: State | null,
  signal: Signal | null,
  now: number,
): Pick<State, 'rate' | 'seen' | 'strain'> {
  const { min_per_minute, max_per_minute } = settings;
  const within = (wanted: number) => Math.min(max_per_minute, Math.max(min_per_minute, wanted));
  const rate = within(before?.rate ?? min_per_minute);
  const strain = before?.strain ?? 0;
  // What lies ahead is from before a clock jumped back: it counts as seen when that was noticed.
  const seen = Math.min(before?.seen ?? 0, now + JUMPED);
  const isAhead = signal !== null && signal.at > now + JUMPED;
  if (!signal || now - (isAhead ? seen : signal.at) > BLIND) return { rate: min_per_minute, seen, strain: 0 };
  if (isAhead || signal.at < seen + SETTLES) return { rate, seen, strain };
  const found = strainOf(settings, signal);
  return { rate: within(changed(rate, strain, found)), seen: signal.at, strain: found };
}

function changed(rate: number, before: number, strain: number): number {
  if (strain <= 1) return rate + Math.max(1, rate * RAISE) * Math.min(1, (1 - strain) / CLOSE);
  return strain < before ? rate : rate * BACK_OFF;
}

/** How far the origin is to its targets, the worse of the two; finite, as it is kept as JSON. */
function strainOf({ target_latency, target_error_rate }: AdaptiveInlet, { latency, errorRate }: Signal): number {
  const errors = errorRate ?? 0;
  const ofErrors = errors <= target_error_rate && target_error_rate === 0 ? 0 : errors / target_error_rate;
  return Math.min(Number.MAX_VALUE, Math.max((latency ?? 0) / target_latency, ofErrors));
}
