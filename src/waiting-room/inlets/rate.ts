import type { Inlet, Sized } from './inlet.ts';
import { formatState, parseState } from './inlet.ts';
import type { Bucket } from './token-bucket.ts';
import { burstOfOneSecond, isBucket, takeTokens } from './token-bucket.ts';

/** `per_minute` present people a minute, spread evenly. */
export interface RateInlet extends Sized {
  readonly strategy: 'rate';
  readonly per_minute: number;
  /** How many people may pass at once after a lull; without it, those of one second. */
  readonly burst?: number | undefined;
}

/** `per_minute` present people a minute, spread evenly. Unused places of one second, or `burst`, stay available. */
export const rate: Inlet<RateInlet> = ({ per_minute, burst }, { state, ...time }) => {
  const most = burst ?? burstOfOneSecond(per_minute);
  const { people, bucket } = takeTokens(parseState<Bucket>(state, 'rate', isBucket), per_minute, most, time);
  return {
    raise: people > 0 ? { people, credits: Math.ceil(most) } : null,
    state: formatState('rate', bucket),
  };
};
