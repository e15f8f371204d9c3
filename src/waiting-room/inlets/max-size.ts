import type { Inlet } from './inlet.ts';

/** As many people as fit. */
export interface MaxSizeInlet {
  readonly strategy: 'max-size';
  readonly size: number;
}

/** As many people as fit: every free place goes to the next present visitor. */
export const maxSize: Inlet<MaxSizeInlet> = ({ size }, { state }) => ({ raise: { people: size }, state });
