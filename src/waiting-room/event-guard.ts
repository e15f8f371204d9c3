import { EventHasEntrants } from './errors.ts';
import { lanesOf } from './lanes.ts';
import type { OperationsContext } from './operations-context.ts';
import type { RoomEvent, RoomSettings } from './room.ts';

/**
 * Guards the entrants of an event: settings that remove or rename it would draw them at once, before the start that they
 * were promised. Only the `cancelled` one may go. Returns the settings to store; rejects with EventHasEntrants unless the
 * context keeps such events.
 */
export function createEventGuard({ store, now, eventKept }: Pick<OperationsContext, 'store' | 'now' | 'eventKept'>) {
  return async (before: RoomSettings | null, after: RoomSettings, cancelled?: string): Promise<RoomSettings> => {
    const isRemoved = ({ id }: RoomEvent) => id !== cancelled && !after.events.some((event) => event.id === id);
    const removed = before?.events.filter(isRemoved) ?? [];
    if (removed.length === 0) return after;
    const views = await Promise.all(lanesOf(before ?? after).map(({ line }) => store.line.view(line, now())));
    const open = views.flatMap(({ draws }) =>
      draws.filter(({ drawnAt, arrivals }) => drawnAt === null && arrivals > 0),
    );
    const event = removed.find(({ id }) => open.some((draw) => draw.event === id));
    if (!event) return after;
    if (!eventKept) throw new EventHasEntrants(after.id, event.id);
    eventKept(after.id, event.id);
    return withEvent(after, event);
  };
}

/** Events must not overlap: those that would overlap the kept one, such as the same under a new id, are left out. */
function withEvent(settings: RoomSettings, kept: RoomEvent): RoomSettings {
  const others = settings.events.filter((event) => !overlap(event, kept));
  const events = [...others, kept].sort((one, other) => one.prequeue_start - other.prequeue_start);
  return { ...settings, events };
}

function overlap(one: RoomEvent, other: RoomEvent): boolean {
  return one.prequeue_start < (other.end ?? Infinity) && other.prequeue_start < (one.end ?? Infinity);
}
