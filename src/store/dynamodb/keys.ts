/**
 * The one table: every kind of item, and how it is found.
 *
 * | item                  | pk                                                   | sk           | ix              | at      |
 * | --------------------- | ---------------------------------------------------- | ------------ | --------------- | ------- |
 * | room                  | `rooms`                                              | id           |                 |         |
 * | relying party         | `relying-parties`                                    | client id    |                 |         |
 * | stored text           | `texts`                                              | name         |                 |         |
 * | audit log             | `audit`                                              | actor, action |              |         |
 * | its sequence          | `audit-sequence`                                     | `-`          |                 |         |
 * | session, grant        | `oidc#MODEL#ID`                                      | `-`          |                 |         |
 * | refresh token         | `oidc#RefreshToken#ID`                               | `-`          | `grant#GRANT`   | expires |
 * | checkpoint of a line  | `line#ROOM`                                          | `checkpoint` |                 |         |
 * | draws of a line       | `line#ROOM`                                          | `draws`      |                 |         |
 * | admission             | `admission#ROOM#INCARNATION#GENERATION#NUMBER`       | `-`          | `inside#ROOM#n` | expires |
 *
 * `pk` and `sk` are the table's key, and both are texts. The index `by_time` has the keys `ix` (a text) and `at` (a
 * number, in ms): the refresh tokens of a grant, and the admissions of a room by expiry. `n` is one of 16 shares, by the
 * number, since a partition of DynamoDB takes at most 1,000 writes a second. `ttl` is DynamoDB's time to live, in
 * seconds. Rows that expire are not found from their time on, however late DynamoDB removes them.
 *
 * The admissions are the ledger. One item a number, so that a number is claimed at most once by a conditional write.
 * `room`, `incarnation`, `generation`, `number`, `visitor`, `issued`, `expires` (ms), `issuer`, `status` (`active` until
 * it ends as `completed` or `abandoned`; one that expired stays `active`), and `confirm_by` of one that is not confirmed.
 *
 * A checkpoint is what a room's line is opened from after Redis lost it. `incarnation` and `generation` say which line,
 * `time` when, and `reserved` up to which number numbers may be issued. `deleted` marks the line of a deleted room.
 */
import type { RoomId } from '#waiting-room/room.ts';

/** The key of an item. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** The name of the index over `ix` and `at`. */
export const BY_TIME = 'by_time';

export const ROOMS = 'rooms';
export const RELYING_PARTIES = 'relying-parties';
export const AUDIT = 'audit';
export const AUDIT_SEQUENCE: Key = { pk: 'audit-sequence', sk: '-' };
export const textKey = (name: string): Key => ({ pk: 'texts', sk: name });
export const recordKey = (model: string, id: string): Key => ({ pk: `oidc#${model}#${id}`, sk: '-' });
export const grantIndex = (grantId: string): string => `grant#${grantId}`;
export const checkpointKey = (room: RoomId): Key => ({ pk: `line#${room}`, sk: 'checkpoint' });
export const drawsKey = (room: RoomId): Key => ({ pk: `line#${room}`, sk: 'draws' });

/** The line that an admission is of. */
export interface LineName {
  readonly room: RoomId;
  readonly incarnation: string;
  readonly generation: number;
}

export const admissionKey = ({ room, incarnation, generation }: LineName, number: number): Key => ({
  pk: `admission#${room}#${incarnation}#${generation}#${number}`,
  sk: '-',
});

const SHARES = 16;
export const insideIndex = (room: RoomId, number: number): string => `inside#${room}#${number % SHARES}`;
export const insideIndexes = (room: RoomId): string[] =>
  Array.from({ length: SHARES }, (_, share) => insideIndex(room, share));
