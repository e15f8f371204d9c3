import type { RateInlet } from '../room.ts';
import type { Inlet } from './inlet.ts';
import { formatState, parseState } from './inlet.ts';
import type { Bucket } from './token-bucket.ts';
import { burstOfOneSecond, isBucket, takeTokens } from './token-bucket.ts';

/** `per_minute` present people a minute, spread evenly. Unused places of one second, or `burst`, stay available. */
export const rate: Inlet<RateInlet> = ({ per_minute, burst }, { now, state }) => {
  const most = burst ?? burstOfOneSecond(per_minute);
  const { people, bucket } = takeTokens(parseState<Bucket>(state, 'rate', isBucket), per_minute, most, now);
  return {
    raise: people > 0 ? { people, credits: Math.ceil(most) } : null,
    state: formatState('rate', bucket),
  };
};
