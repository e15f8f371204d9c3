import type { OriginSignal } from '#waiting-room/origin-signal.ts';

/** Asks once, until it is told to end. Rejects where nothing could be found out. */
export type Probe = (end: AbortSignal) => Promise<OriginSignal>;
