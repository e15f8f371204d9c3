import { shortestClaimWindow } from './poll-intervals.ts';
import type { LineRules, RoomSettings } from './room.ts';

/** The rules of a room's line. A claim window is never shorter than a page needs to notice its turn. */
export function lineRules(settings: RoomSettings): LineRules {
  return {
    mode: settings.mode,
    size: settings.inlet.size ?? 0,
    lifetime: settings.admission.lifetime,
    claimWindow: Math.max(settings.admission.claim_window, shortestClaimWindow(settings)),
    presenceTimeout: settings.presence.timeout,
  };
}
