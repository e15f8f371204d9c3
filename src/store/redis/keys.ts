/**
 * All keys there are. What one script touches shares a hash tag, so that a cluster keeps it on one node: everything
 * of a room's line has `{room}`, the rest are single keys.
 */
import type { LineId } from '#waiting-room/lanes.ts';
import { type MemoizedRecent, memoizeRecent } from '#waiting-room/memoize-recent.ts';
import type { TokenLine } from '#waiting-room/ports/issued-tokens.ts';
import type { RoomId } from '#waiting-room/room.ts';

/** `lib/line.lua` reads them in this order. Their names are those of the first version, whose processes may run beside. */
export const LINE_PARTS = [
  'line',
  'present',
  'holding',
  'spent',
  'slept',
  'returned',
  'batches',
  'again',
  'admissions',
  'active',
  'heard:0',
  'heard:1',
  'heard:2',
  'heard:3',
  'scratch:0',
  'scratch:1',
  'draws',
  'entrants',
  'entrants:0',
  'entrants:1',
  'entrants:2',
  'entrants:3',
  'unconfirmed',
  'expired',
  'entrants:withdrawn',
  'provisional',
  'lapsed',
  'lasting',
  'unproven',
  'waited',
  'arriving',
  'joins',
  'raises',
  'budget',
  'budget:order',
  'scratch:2',
  'sessions',
  'active:unproven',
  'ended',
  'restored',
  'restored:at',
] as const;

export type LinePart = (typeof LINE_PARTS)[number];
/** Of a line, or of the line that a reset keeps for an hour. */
export type LineKeyPart = LinePart | `kept:${LinePart}`;

/** The keys of a line, and as many for the one that is kept. */
export const PARTS_WITH_KEPT: readonly LineKeyPart[] = [
  ...LINE_PARTS,
  ...LINE_PARTS.map((part) => `kept:${part}` as const),
];

export const lineKey = (room: RoomId, part: LineKeyPart): string => `anteroom:{${room}}:${part}`;

/** The line that a key of any of its parts belongs to. */
export const lineOfKey = (key: string): LineId => key.slice(key.indexOf('{') + 1, key.indexOf('}'));

/** Rooms whose keys a process remembers, at least, for each list of parts: about 2 kB a room. */
const RECENT = 500;
const recentKeys = new WeakMap<readonly LineKeyPart[], MemoizedRecent<readonly string[]>>();

/** A script names all of them each time. Texts that were sent before are sent again in half the time. */
export function lineKeys(room: RoomId, parts: readonly LineKeyPart[] = LINE_PARTS): readonly string[] {
  let keys = recentKeys.get(parts);
  if (!keys) {
    keys = memoizeRecent((id) => parts.map((part) => lineKey(id, part)), RECENT);
    recentKeys.set(parts, keys);
  }
  return keys.get(room) ?? [];
}

/** A hash each: id → JSON. */
export const ROOMS = 'anteroom:rooms';
export const RELYING_PARTIES = 'anteroom:relying-parties';
/** The copy of a key without a hash tag, on the same node of a cluster. */
export const copyKey = (key: string): string => `anteroom:copy:{${key}}`;

/** A stream. */
export const OUTBOX = 'anteroom:outbox';
export const EVENT_BUS_OUTBOX = 'anteroom:event-bus-outbox';

const audit = (part: string) => `anteroom:{audit}:${part}`;

/** A hash: number → entry. */
export const AUDIT_ENTRIES = audit('entries');
/** Sorted sets of the numbers, in the order of their last change. */
export const AUDIT_LATEST = audit('latest');
export const auditLatestOf = (actor: string): string => audit(`latest:${actor}`);
/** All that a record touches, as append-audit.lua reads them. */
export const auditKeys = (actor: string, action: string): string[] => [
  audit('sequence'),
  AUDIT_ENTRIES,
  AUDIT_LATEST,
  auditLatestOf(actor),
  audit(`kept:${action}:${actor}`),
  audit(`repeats:${action}:${actor}`),
];
/** A stream that the version before wrote. */
export const FORMER_AUDIT = 'anteroom:audit';

/** What was last applied of a configuration file, as JSON. */
export const APPLIED_FILE = 'anteroom:applied-file';

/** What operators keep of rooms beside their settings: a hash of JSON texts. */
export const ROOM_RECORDS = 'anteroom:room-records';

/** The rotation of the signing keys, sealed. */
export const SIGNING_KEYS = 'anteroom:signing-keys';

/** A sorted set by when they are due, and a hash of what else is known: `since sid`. */
export const logoutKeys = (clientId: string): [due: string, known: string] => [
  `anteroom:{logouts:${clientId}}:due`,
  `anteroom:{logouts:${clientId}}:known`,
];

/** The tokens, arrivals and imported places of AWS's API, by line. */
export function tokenKeys({ room, incarnation, generation }: TokenLine): {
  readonly tokens: string;
  readonly expiries: string;
  readonly arrivals: string;
  readonly places: string;
} {
  const prefix = `anteroom:{${room}}:aws:${incarnation}:${generation}`;
  return {
    tokens: `${prefix}:tokens`,
    expiries: `${prefix}:expiries`,
    arrivals: `${prefix}:arrivals`,
    places: `${prefix}:places`,
  };
}

/** A sorted set of visitors by number, and a hash of their notices: visitor → `notBefore attempts sealed`. */
export const noticeKeys = (line: LineId): [numbers: string, notices: string] => [
  `anteroom:{${line}}:notices:numbers`,
  `anteroom:{${line}}:notices`,
];

/** The measurements of a room's hour: a hash, minute → row. */
export const seriesKey = (room: RoomId, hour: number): string => `anteroom:{${room}}:series:${hour}`;
export const latestSeriesKey = (room: RoomId): string => `anteroom:{${room}}:series:latest`;

/** How far the clock of each process is ahead of Redis's. */
export const CLOCKS = 'anteroom:clocks';

/** Written to see whether Redis accepts writes. */
export const PROBE = 'anteroom:probe';

export const leaseKey = (name: string): string => `anteroom:lease:${name}`;
export const countsKey = (group: string): string => `anteroom:counts:${group}`;
export const memoryKey = (key: string): string => `anteroom:memory:${key}`;

/** A record of oidc-provider as JSON. */
export const recordKey = (model: string, id: string): string => `anteroom:oidc:record:${model}:${id}`;
/** The id of the record with this uid. */
/** A set of the keys of the records that are revoked with this grant. */
export const grantKey = (grantId: string): string => `anteroom:oidc:grant:${grantId}`;
