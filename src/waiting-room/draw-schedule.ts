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
 * How long after the start or the cancellation, in ms, the heartbeats of those who came right before it are on their
 * way: a second until the first one, its jitter and way, and a second in the buffer of a process.
 */
const LAST_HEARTBEATS = 2500;

export interface DrawSchedule {
  /**
   * Takes the next step that is due: announce, withdraw or draw. Returns whether it took one. While `missesHeartbeats`,
   * and in the first seconds after the start or after the event was cancelled, entrants may count as absent who are
   * present: the draw waits, unless all are present.
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
  /** Of each line, the draw whose event is gone, by the hash of its seed, and since when this process knows. */
  const cancelled = new Map<LineId, { readonly seedHash: string; readonly since: number }>();

  /** When the entrants were to be drawn: the start, or when the event was cancelled; null if that is yet to come. */
  function dueSince(id: LineId, next: DrawRecord | null, event: RoomEvent | undefined): number | null {
    if (!next || event || next.arrivals === 0) {
      cancelled.delete(id);
      return next && event && now() >= event.start ? event.start : null;
    }
    const last = cancelled.get(id);
    // This process's clock may have been set back.
    if (last?.seedHash === next.seedHash && last.since <= now()) return last.since;
    cancelled.set(id, { seedHash: next.seedHash, since: now() });
    return now();
  }

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
      const event = settings.events.find((each) => each.id === next?.event);
      const due = upcoming(settings, draws);

      const since = dueSince(id, next, event);
      const mayMiss = missesHeartbeats || (since !== null && now() < since + LAST_HEARTBEATS);
      if (next && since !== null && mayMiss && entrantsPresent < next.arrivals) return false;
      if (next && since !== null) await line.draw(id, next.event, now());
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
