/**
 * The schema of rooms and relying parties is in this folder: one for the configuration file and the admin API. It knows
 * neither where settings come from nor where they are stored. It imports the words of waiting-room.
 */
import { z } from 'zod';
import type { Group } from '#waiting-room/groups.ts';
import { hasLanes } from '#waiting-room/lanes.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { eventIdOf } from '#waiting-room/rooms-by-event.ts';
import { fields } from './fields.ts';
import { group } from './groups.ts';
import { relyingParty } from './relying-party.ts';
import { room } from './room.ts';

/** The contents of the configuration file. */
export interface FileSettings {
  readonly rooms: readonly RoomSettings[];
  readonly relyingParties: readonly RelyingParty[];
  readonly groups?: readonly Group[] | undefined;
  /** Where the file names the room of each relying party, by client id: `anteroom.yaml:7 relying_parties[0].room`. */
  readonly places?: ReadonlyMap<string, string>;
  /** The lists as they are written, without defaults. Missing: every setting is written. */
  readonly written?: { readonly rooms: readonly unknown[]; readonly relying_parties: readonly unknown[] };
  /** Whether each start restores the file: `settings: file-wins`. */
  readonly fileWins?: boolean;
}

/** Reports each id that occurred before. */
function refuseDuplicates(
  ids: readonly unknown[],
  pathOf: (index: number) => PropertyKey[],
  issues: z.core.$ZodRawIssue[],
) {
  ids.forEach((id, index) => {
    if (typeof id !== 'string' || ids.indexOf(id) === index) return;
    issues.push({ code: 'custom', message: 'must be unique: it is used before', path: pathOf(index), input: id });
  });
}

/** A room is in one group, and shares the places of that group instead of its own among lanes. */
function refuseRooms(
  { groups = [], rooms }: { readonly groups?: readonly Group[] | undefined; readonly rooms: readonly RoomSettings[] },
  issues: z.core.$ZodRawIssue[],
) {
  const before = new Map<string, string>();
  for (const [index, { id, rooms: shares }] of groups.entries()) {
    for (const room of Object.keys(shares)) {
      const fault = (message: string) =>
        issues.push({ code: 'custom', message, path: ['groups', index, 'rooms', room], input: shares });
      const other = before.get(room);
      if (other !== undefined) fault(`must be in one group only: it is in ${other}`);
      before.set(room, id);
      const settings = rooms.find((each) => each.id === room);
      if (settings && hasLanes(settings)) fault('must be a room without lanes: these share its places already');
    }
  }
}

/** The configuration file. The room of a relying party need not be in it, because it may be in the store. */
export const settingsFile = fields({
  settings: z.enum(['merge', 'file-wins']).optional(),
  rooms: z.array(room).default([]),
  relying_parties: z.array(relyingParty).default([]),
  groups: z.array(group).optional(),
}).check(({ value, issues }) => {
  refuseDuplicates(
    value.rooms.map((each) => each.id),
    (index) => ['rooms', index, 'id'],
    issues,
  );
  refuseDuplicates(value.rooms.map(eventIdOf), (index) => ['rooms', index, 'aws', 'event_id'], issues);
  refuseDuplicates(
    (value.groups ?? []).map((each) => each.id),
    (index) => ['groups', index, 'id'],
    issues,
  );
  refuseRooms(value, issues);
  refuseDuplicates(
    value.relying_parties.map((each) => each.client_id),
    (index) => ['relying_parties', index, 'client_id'],
    issues,
  );
});
