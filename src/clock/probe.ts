import type { OriginSignal } from '#waiting-room/origin-signal.ts';

/** Measures the origin once. Rejects if nothing could be measured. `end` aborts it. */
export type Probe = (end: AbortSignal) => Promise<OriginSignal>;
