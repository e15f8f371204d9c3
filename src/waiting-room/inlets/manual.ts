import type { Inlet } from './inlet.ts';

/** Only an operator raises the counter. */
export const manual: Inlet = (_, { state }) => ({ raise: null, state });
