import type { Inlet } from './inlet.ts';

/** Only the operator raises the counter. */
export const manual: Inlet = (_, { state }) => ({ raise: null, state });
