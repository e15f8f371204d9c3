import { z } from 'zod';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { fields } from './fields.ts';
import { relyingParty } from './relying-party.ts';
import { room } from './room.ts';

/** What the configuration file says there is. */
export interface FileSettings {
  readonly rooms: readonly RoomSettings[];
  readonly relyingParties: readonly RelyingParty[];
}

/** Each id that was there before is a fault at its place. */
function refuseDuplicates(
  ids: readonly unknown[],
  pathOf: (index: number) => PropertyKey[],
  issues: z.core.$ZodRawIssue[],
) {
  ids.forEach((id, index) => {
    if (typeof id !== 'string' || ids.indexOf(id) === index) return;
    issues.push({ code: 'custom', message: 'is given twice', path: pathOf(index), input: id });
  });
}

/** The configuration file as a whole. A relying party's room need not be in it: it may be in the store. */
export const settingsFile = fields({
  rooms: z.array(room).default([]),
  relying_parties: z.array(relyingParty).default([]),
}).check(({ value, issues }) => {
  refuseDuplicates(
    value.rooms.map((each) => each.id),
    (index) => ['rooms', index, 'id'],
    issues,
  );
  refuseDuplicates(
    value.relying_parties.map((each) => each.client_id),
    (index) => ['relying_parties', index, 'client_id'],
    issues,
  );
});
