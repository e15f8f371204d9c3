import type { Raise } from '../ports.ts';
import type { InletSettings } from '../room.ts';

/** What raises the serving counter of a room. A strategy is one file with one of these, and one line in `index.ts`. */
export interface Inlet<Settings extends InletSettings = InletSettings> {
  /** How far to raise the counter at this moment, or null to leave it. Never past the room's size: the line sees to it. */
  tick(settings: Settings): Raise | null;
}
