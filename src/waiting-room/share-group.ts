import type { Group } from './groups.ts';
import { laneRules } from './lane-rules.ts';
import { createLend } from './lending/lender.ts';
import type { SharedSize } from './line-rules.ts';
import type { LineStore } from './ports/line.ts';
import type { RoomSettings } from './room.ts';
import { settingsAt } from './settings-at.ts';

/** Divides the places of a group among its rooms, and lends what is idle. */
export type ShareGroup = (group: Group, rooms: readonly RoomSettings[]) => Promise<void>;

export function createShareGroup(line: Pick<LineStore, 'view' | 'note' | 'configure'>, now: () => number): ShareGroup {
  const lend = createLend(line, now);
  return async ({ size, rooms: shares }, rooms) => {
    const members = rooms
      .filter(({ id }) => Object.hasOwn(shares, id))
      .map((room) => settingsAt(room, now()))
      .map((settings) => ({
        line: settings.id,
        share: shares[settings.id] ?? 0,
        // The size of the room itself holds too.
        most: settings.inlet.size,
        rules: (shared: SharedSize) => laneRules(settings, undefined, shared),
      }))
      .sort((one, other) => (one.line < other.line ? -1 : 1));
    const [keeper] = members;
    if (!keeper) return;
    const views = await Promise.all(members.map(async ({ line: id }) => [id, await line.view(id, now())] as const));
    await lend({ keeper: keeper.line, size, members }, new Map(views));
  };
}
