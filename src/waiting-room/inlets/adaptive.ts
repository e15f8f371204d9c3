import { JUMP } from '../line/jump.ts';
import type { Inlet, Signal, Sized } from './inlet.ts';
import { formatState, hasNumbers, parseState } from './inlet.ts';
import type { Bucket } from './token-bucket.ts';
import { burstOfOneSecond, isBucket, takeTokens } from './token-bucket.ts';

/** A rate that holds the origin's latency and error rate at their targets. */
export interface AdaptiveInlet extends Sized {
  readonly strategy: 'adaptive';
  readonly min_per_minute: number;
  readonly max_per_minute: number;
  /** Milliseconds. */
  readonly target_latency: number;
  /** 0 … 1. */
  readonly target_error_rate: number;
  /** A URL to probe: how long it takes to answer, and whether it fails. */
  readonly health?: { readonly url: string; readonly every: number } | undefined;
  /** Prometheus queries for the latency in seconds and the error rate. */
  readonly prometheus?:
    | {
        readonly url: string;
        readonly latency: string;
        readonly error_rate?: string | undefined;
        readonly every: number;
      }
    | undefined;
}

/** Each signal beyond a target that is no better than the one before lowers the rate to this part of it. */
const BACK_OFF = 0.7;
/** Each good signal raises the rate by this part of it, or by less if the origin is close to a target. */
const RAISE = 0.05;
/** How close to a target the rate begins to rise by less, as a part of the target. */
const CLOSE = 0.25;
/** Signals closer together than this count once, in ms, because a change of the rate takes time to show. */
const SETTLES = 1000;
/** After this time without a signal, in ms, the rate falls to its minimum. */
const BLIND = 120_000;

interface State extends Bucket {
  readonly rate: number;
  /** The time of the last signal that counted. */
  readonly seen: number;
  /** How close it was to a target, where 1 is at the target; 0 before the first signal. */
  readonly strain: number;
}

const isState = (value: object) => isBucket(value) && hasNumbers(value, 'rate', 'seen', 'strain');

/**
 * A rate that holds the origin's latency and error rate at their targets. Admitted visitors stay for a while, so the
 * origin shows a change late. The rate does not change while the origin recovers, or one excess would lower it many times.
 */
export const adaptive: Inlet<AdaptiveInlet> = (settings, { state, signal, ...time }) => {
  const { now } = time;
  const before = parseState<State>(state, 'adaptive', isState);
  const { rate, seen, strain } = adapted(settings, before, signal, now);
  const { people, bucket } = takeTokens(before, rate, burstOfOneSecond(rate), time);
  return {
    raise: people > 0 ? { people, credits: Math.ceil(burstOfOneSecond(rate)) } : null,
    state: formatState('adaptive', { ...bucket, rate, seen, strain }),
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
  // A signal has the time of the process that reported it, which may be ahead of the line's. A time further ahead was
  // stored before the clock jumped back; treat it as now.
  const seen = Math.min(before?.seen ?? 0, now + JUMP);
  const isAhead = signal !== null && signal.at > now + JUMP;
  if (!signal || now - (isAhead ? seen : signal.at) > BLIND) return { rate: min_per_minute, seen, strain: 0 };
  if (isAhead || signal.at < seen + SETTLES) return { rate, seen, strain };
  const found = strainOf(settings, signal);
  return { rate: within(changed(rate, strain, found)), seen: signal.at, strain: found };
}

function changed(rate: number, before: number, strain: number): number {
  if (strain <= 1) return rate + Math.max(1, rate * RAISE) * Math.min(1, (1 - strain) / CLOSE);
  return strain < before ? rate : rate * BACK_OFF;
}

/** How close the origin is to its targets, the worse of the two. Finite, because it is stored as JSON. */
function strainOf({ target_latency, target_error_rate }: AdaptiveInlet, { latency, errorRate }: Signal): number {
  const errors = errorRate ?? 0;
  const ofErrors = errors <= target_error_rate && target_error_rate === 0 ? 0 : errors / target_error_rate;
  return Math.min(Number.MAX_VALUE, Math.max((latency ?? 0) / target_latency, ofErrors));
}
