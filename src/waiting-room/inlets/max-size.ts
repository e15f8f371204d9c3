import type { MaxSizeInlet } from '../room.ts';
import type { Inlet } from './inlet.ts';

/** As many people as fit: every place that becomes free goes to the next who is there. */
export const maxSize: Inlet<MaxSizeInlet> = ({ size }, { state }) => ({ raise: { people: size }, state });
