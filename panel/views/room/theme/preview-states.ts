/** The states that the service shows in a preview. */
export const PREVIEW_STATES = [
  ...(['before_start', 'waiting', 'paused', 'served', 'expired', 'missed_start', 'cancelled', 'closed'] as const),
  ...(['sold_out', 'ended', 'maintenance', 'full', 'challenge', 'unavailable'] as const),
] as const;

export type PreviewState = (typeof PREVIEW_STATES)[number];
