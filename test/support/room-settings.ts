import type { RoomSettings } from '#waiting-room/room.ts';

/** The settings of a room with nothing special, with the test's changes. */
export const roomSettings = (changes: Partial<RoomSettings> = {}): RoomSettings => ({
  id: 'sale',
  title: 'Spring sale',
  mode: 'queue',
  inlet: { strategy: 'manual' },
  admission: { lifetime: 600_000, claim_window: 120_000, missed_turn: 'front', renew: false },
  presence: { timeout: 180_000 },
  message: null,
  return_urls: [],
  events: [],
  ...changes,
});
