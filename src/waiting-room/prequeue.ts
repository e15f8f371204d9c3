import { commitment, newSeed } from './draw.ts';
import type { LineStore } from './ports.ts';
import { eventAt } from './room.ts';
import type { Snapshot } from './snapshots.ts';

/** Opens the draw of an event whose prequeue has begun, before anybody joins. */
export interface Prequeue {
  /** At the door and at each tick: whoever comes first opens it, so that nobody slips in with a number. */
  openIfDue(snapshot: Pick<Snapshot, 'settings' | 'view'>): Promise<void>;
}

export function createPrequeue(line: Pick<LineStore, 'openDraw'>, now: () => number): Prequeue {
  return {
    async openIfDue({ settings, view }) {
      const event = eventAt(settings, now());
      if (!event || now() >= event.start || view.draws.some((draw) => draw.event === event.id)) return;
      const seed = newSeed();
      // Of several that open at once the first one's seed counts.
      await line.openDraw(
        settings.id,
        {
          event: event.id,
          order: event.order,
          seed: Buffer.from(seed).toString('base64url'),
          seedHash: commitment(seed),
        },
        now(),
      );
    },
  };
}
