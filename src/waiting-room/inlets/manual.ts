import type { Counted, Inlet, Sized } from './inlet.ts';

export interface ManualInlet extends Sized, Counted {
  readonly strategy: 'manual';
}

/** Only an operator raises the counter. */
export const manual: Inlet<ManualInlet> = (_, { state }) => ({ raise: null, state });
