/**
 * Keeps a room's next draw in step with the room's events: announces a draw as soon as its event is known, so that the
 * hash of the seed is public before anybody can arrive, and draws at the event's start.
 */
import { commitment, newSeed } from './draw.ts';
import type { LineId } from './lanes.ts';
import type { LineView } from './line/counters.ts';
import type { DrawRecord } from './line/draw.ts';
import type { LineStore } from './ports/line.ts';
import type { RoomEvent, RoomSettings } from './room.ts';

/**
 * How long after the start, in ms, the heartbeats of those who came right before it are on their way: a second until
 * the first one, its jitter and way, and a second in the buffer of a process.
 */
const LAST_HEARTBEATS = 2500;

export interface DrawSchedule {
  /**
   * Takes the next step that is due: announce, withdraw or draw. Returns whether it took one. While `missesHeartbeats`,
   * and in the first seconds after the start, entrants may count as absent who are present: the draw waits, unless all
   * are present.
   *
   * @param line that of the room, unless it is of a lane: each has its own draws.
   */
  advance(
    settings: RoomSettings,
    view: Pick<LineView, 'draws' | 'entrantsPresent'>,
    missesHeartbeats?: boolean,
    line?: LineId,
  ): Promise<boolean>;
}

export function createDrawSchedule(
  line: Pick<LineStore, 'announceDraw' | 'withdrawDraw' | 'draw'>,
  now: () => number,
): DrawSchedule {
  /** When several processes announce at once, the first one's seed counts. */
  async function announce(id: LineId, event: RoomEvent): Promise<void> {
    const seed = newSeed();
    const opening = {
      event: event.id,
      order: event.order,
      seed: Buffer.from(seed).toString('base64url'),
      seedHash: commitment(seed),
      opensAt: event.prequeue_start,
      startsAt: event.start,
    };
    await line.announceDraw(id, opening, now());
  }

  /** The event of the next draw; null where none is to come. */
  function upcoming({ events }: RoomSettings, draws: readonly DrawRecord[]): RoomEvent | null {
    const isDone = ({ id }: RoomEvent) => draws.some((draw) => draw.event === id && draw.drawnAt !== null);
    return events.find((event) => event.prequeue_start < event.start && now() < event.start && !isDone(event)) ?? null;
  }

  return {
    async advance(settings, { draws, entrantsPresent }, missesHeartbeats = false, id = settings.id) {
      const last = draws.at(-1);
      const next = last?.drawnAt === null ? last : null;
      const event = next && settings.events.find((each) => each.id === next.event);
      const due = upcoming(settings, draws);

      // The event was removed just as its first entrant arrived: draw at once, so that each entrant gets a number.
      const isDue = next && (event ? now() >= event.start : next.arrivals > 0);
      const mayMiss = missesHeartbeats || (event && now() < event.start + LAST_HEARTBEATS);
      if (isDue && mayMiss && entrantsPresent < next.arrivals) return false;
      if (isDue) await line.draw(id, next.event, now());
      else if (next && next.event !== due?.id && next.arrivals === 0) await line.withdrawDraw(id, next.event, now());
      else if (due && !isAnnounced(next, due)) await announce(id, due);
      else return false;
      return true;
    },
  };
}

function isAnnounced(next: DrawRecord | null, event: RoomEvent): boolean {
  if (next?.event !== event.id) return false;
  if (next.arrivals > 0) return true;
  return next.opensAt === event.prequeue_start && next.startsAt === event.start && next.order === event.order;
}
