/** Rooms by their names for AWS's clients, at most a second old. */
import type { SettingsStore } from './ports/settings.ts';
import type { RoomId, RoomSettings } from './room.ts';

/** How long the list is cached, in ms. */
const MAX_AGE = 1000;

/** Null for a room that does not answer at AWS's API. */
export function eventIdOf({ id, aws }: Pick<RoomSettings, 'id' | 'aws'>): string | null {
  return aws ? (aws.event_id ?? id) : null;
}

export interface RoomsByEvent {
  /** All rooms that answer at AWS's API, by event id. While the store is unavailable, the last known list stands. */
  get(): Promise<ReadonlyMap<string, RoomId>>;
  /** A room changed: the next answer is new. */
  expire(): void;
}

export function createRoomsByEvent(settings: Pick<SettingsStore, 'rooms'>, now: () => number): RoomsByEvent {
  let last: Promise<ReadonlyMap<string, RoomId>> | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;

  async function fetch(): Promise<ReadonlyMap<string, RoomId>> {
    const rooms = await settings.rooms();
    return new Map(
      rooms.flatMap((room): [string, RoomId][] => {
        const eventId = eventIdOf(room);
        return eventId === null ? [] : [[eventId, room.id]];
      }),
    );
  }

  return {
    get() {
      const at = now();
      if (last && at >= fetchedAt && at - fetchedAt < MAX_AGE) return last;
      const before = last;
      const fetched = before ? fetch().catch(() => before) : fetch();
      fetchedAt = at;
      last = fetched;
      fetched.catch(() => {
        if (last === fetched) last = undefined;
      });
      return fetched;
    },
    expire() {
      fetchedAt = Number.NEGATIVE_INFINITY;
    },
  };
}
