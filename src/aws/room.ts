import type { AwsSettings } from '#waiting-room/room.ts';
import type { RoomsByEvent } from '#waiting-room/rooms-by-event.ts';
import type { Snapshot, Snapshots } from '#waiting-room/snapshots.ts';
import { withoutMarkup } from './markup.ts';

/** The room that a request names by its event id. */
export interface AwsRoom {
  readonly eventId: string;
  readonly settings: AwsSettings;
  readonly snapshot: Snapshot;
}

export interface AwsRooms {
  /** Whether any room answers at this API. */
  exist(): Promise<boolean>;
  /** Null: no room has this event id. */
  find(eventId: string): Promise<AwsRoom | null>;
  /** All rooms that answer at this API. */
  all(): Promise<readonly AwsRoom[]>;
}

export function createAwsRooms(rooms: RoomsByEvent, snapshots: Pick<Snapshots, 'get' | 'now'>): AwsRooms {
  async function roomOf(eventId: string, id: string): Promise<AwsRoom | null> {
    const snapshot = snapshots.now(id) ?? (await snapshots.get(id));
    const { aws } = snapshot.settings;
    return aws ? { eventId, settings: aws, snapshot } : null;
  }

  return {
    exist: async () => (await rooms.get()).size > 0,
    async find(eventId) {
      const known = await rooms.get();
      const name = withoutMarkup(eventId);
      const id = known.get(name);
      return id === undefined ? null : roomOf(name, id);
    },
    async all() {
      const found = await Promise.all([...(await rooms.get())].map(([eventId, id]) => roomOf(eventId, id)));
      return found.filter((room) => room !== null);
    },
  };
}
