import { commitment, newSeed } from './draw.ts';
import type { DrawRecord, LineStore, LineView } from './ports.ts';
import type { RoomEvent, RoomSettings } from './room.ts';

/** Keeps a room's next draw as its events have it: announced as soon as an event is known, drawn at its start. */
export interface Prequeue {
  /** Whether something changed. */
  turn(settings: RoomSettings, view: Pick<LineView, 'draws'>): Promise<boolean>;
}

export function createPrequeue(
  line: Pick<LineStore, 'announceDraw' | 'withdrawDraw' | 'draw'>,
  now: () => number,
): Prequeue {
  /** Of several that announce at once the first one's seed counts. */
  async function announce(room: string, event: RoomEvent): Promise<void> {
    const seed = newSeed();
    const opening = {
      event: event.id,
      order: event.order,
      seed: Buffer.from(seed).toString('base64url'),
      seedHash: commitment(seed),
      opensAt: event.prequeue_start,
    };
    await line.announceDraw(room, opening, now());
  }

  /** The next draw is of this event; null where there is none to come. */
  function upcoming({ events }: RoomSettings, draws: readonly DrawRecord[]): RoomEvent | null {
    const isDone = ({ id }: RoomEvent) => draws.some((draw) => draw.event === id && draw.drawnAt !== null);
    return events.find((event) => event.prequeue_start < event.start && now() < event.start && !isDone(event)) ?? null;
  }

  return {
    async turn(settings, { draws }) {
      const { id } = settings;
      const last = draws.at(-1);
      const next = last?.drawnAt === null ? last : null;
      const event = next && settings.events.find((each) => each.id === next.event);
      const due = upcoming(settings, draws);

      if (next && event && now() >= event.start) await line.draw(id, next.event, now());
      // Its event was taken away: whoever came gets a number, and nobody has to know that there was a draw otherwise.
      else if (next && !event && next.arrivals > 0) await line.draw(id, next.event, now());
      else if (next && next.event !== due?.id && next.arrivals === 0) await line.withdrawDraw(id, next.event, now());
      else if (due && !isAnnounced(next, due)) await announce(id, due);
      else return false;
      return true;
    },
  };
}

function isAnnounced(next: DrawRecord | null, event: RoomEvent): boolean {
  if (next?.event !== event.id) return false;
  return next.arrivals > 0 || (next.opensAt === event.prequeue_start && next.order === event.order);
}
