import type { AdaptiveInlet } from '../room.ts';
import type { Inlet, Signal } from './inlet.ts';
import { keep, kept } from './inlet.ts';
import type { Bucket } from './token-bucket.ts';
import { secondsWorth, takeTokens } from './token-bucket.ts';

/** Backs off at once: to so much of the rate with each bad signal. */
const BACK_OFF = 0.7;
/** Raises gently: by so much of the rate with each good one. */
const RAISE = 0.05;
/** A rate change takes time to show at the origin: signals come closer together than this count once, in ms. */
const SETTLES = 1000;
/** After so long without a signal nobody knows how the origin does: the rate goes back to its minimum, in ms. */
const BLIND = 120_000;

interface State extends Bucket {
  readonly rate: number;
  /** The time of the last signal that changed the rate. */
  readonly seen: number;
}

/** A rate that holds the origin's latency and error rate at their targets: additive up, multiplicative down. */
export const adaptive: Inlet<AdaptiveInlet> = (settings, { now, state, signal }) => {
  const before = kept<State>(state, 'adaptive');
  const { rate, seen } = adapted(settings, before, signal, now);
  const { people, bucket } = takeTokens(before, rate, secondsWorth(rate), now);
  return {
    raise: people > 0 ? { people, credits: Math.ceil(secondsWorth(rate)) } : null,
    state: keep('adaptive', { ...bucket, rate, seen }),
  };
};

function adapted(
  settings: AdaptiveInlet,
  before: State | null,
  signal: Signal | null,
  now: number,
): { rate: number; seen: number } {
  const { min_per_minute, max_per_minute } = settings;
  const within = (wanted: number) => Math.min(max_per_minute, Math.max(min_per_minute, wanted));
  const rate = within(before?.rate ?? min_per_minute);
  // Nor does a clock that jumped back make it deaf.
  const seen = Math.min(before?.seen ?? 0, now);
  if (!signal || now - signal.at > BLIND) return { rate: min_per_minute, seen };
  if (signal.at < seen + SETTLES) return { rate, seen };
  const changed = isStrained(settings, signal) ? rate * BACK_OFF : rate + Math.max(1, rate * RAISE);
  return { rate: within(changed), seen: signal.at };
}

function isStrained({ target_latency, target_error_rate }: AdaptiveInlet, { latency, errorRate }: Signal): boolean {
  return (latency ?? 0) > target_latency || (errorRate ?? 0) > target_error_rate;
}
