import type { RateInlet } from '../room.ts';
import type { Inlet } from './inlet.ts';
import { keep, kept } from './inlet.ts';
import type { Bucket } from './token-bucket.ts';
import { isBucket, secondsWorth, takeTokens } from './token-bucket.ts';

/** So many people a minute who are there, spread evenly; of what nobody used a second's worth stays, or `burst`. */
export const rate: Inlet<RateInlet> = ({ per_minute, burst }, { now, state }) => {
  const most = burst ?? secondsWorth(per_minute);
  const { people, bucket } = takeTokens(kept<Bucket>(state, 'rate', isBucket), per_minute, most, now);
  return {
    raise: people > 0 ? { people, credits: Math.ceil(most) } : null,
    state: keep('rate', bucket),
  };
};
