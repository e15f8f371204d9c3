/**
 * A visitor's ticket: which number they hold in which generation of a room. It travels sealed, in a cookie or as a
 * bearer secret, and is all there is of somebody who waits: the store keeps no row for them.
 */
import type { Range } from './estimate.ts';
import type { LaneName } from './lanes.ts';
import type { Entry } from './line/draw.ts';
import type { Holder } from './line/place.ts';
import { memoizeRecent } from './memoize-recent.ts';
import { randomPool } from './random-pool.ts';
import type { RoomId } from './room.ts';
import type { Seal } from './seal.ts';
import type { VisitorId } from './visitor.ts';

/**
 * What a visitor has shown, as it was decided when the ticket was sealed: brought a valid proof; none, but within
 * the budget of unproven visitors of the address; none, beyond it. In a room that asks for no proof all are proven.
 */
export type TicketStanding = 'proven' | 'budgeted' | 'unproven';

export interface Ticket extends Holder {
  readonly incarnation: string;
  readonly room: RoomId;
  /** Left out for the default lane. */
  readonly lane?: LaneName | undefined;
  /** When it was given, in milliseconds. */
  readonly joinedAt: number;
  /** For a visitor who came before the start: the place in the draw, from which the number follows. The number is 0. */
  readonly entry: Entry | null;
  /** The wait that was predicted when the number was given, in seconds, to be compared with what came. */
  readonly predicted: Range | null;
  readonly standing: TicketStanding;
  /** How many people were ahead when the number was given. Missing: nobody, or it is not known. */
  readonly aheadAtJoin?: number;
  /** The serial of the holder's last claim that returned tokens (line/sessions.ts). Missing: none. */
  readonly serial?: number;
}

/**
 * The standing is above the time, in two bits that the time does not need: the version before reads it as a time far
 * ahead, which only its record of predictions looks at. Tickets of that version have 0 there.
 */
const STANDINGS = ['budgeted', 'proven', 'budgeted', 'unproven'] as const;
const CODES: Readonly<Record<TicketStanding, number>> = { proven: 1, budgeted: 2, unproven: 3 };
const STANDING = 2 ** 46;

/**
 * A ticket of a line with an incarnation has it at its end. Early versions know only lines, and tickets, without. A ticket
 * of a lane has the lane's name behind it.
 */
const VERSION = { bare: 2, named: 3, laned: 4 } as const;
const INCARNATION_BYTES = 8;
const VISITOR_BYTES = 16;
/**
 * Offsets of: version, generation, number, time, draw, index, predicted wait, visitor. Without a draw, the index is the
 * people ahead at the join: earlier versions write 0 there, and do not read it.
 */
const AT = { generation: 1, number: 5, joinedAt: 11, draw: 17, index: 19, low: 23, high: 26, visitor: 29 } as const;
const LENGTH = AT.visitor + VISITOR_BYTES;
/** The longest wait that is written down, in seconds: three bytes. */
const LONGEST = 0xffffff;
/** The most people ahead that are written down: four bytes. */
const MOST_AHEAD = 0xffffffff;

const nextVisitor = randomPool(VISITOR_BYTES, 256);

/** A new visitor: 128 random bits, URL-safe. */
export function newVisitor(): VisitorId {
  return nextVisitor().toString('base64url');
}

/** The ticket of a visitor who brought a valid proof for it. */
export const provenTicket = (ticket: Ticket): Ticket => ({ ...ticket, standing: 'proven' });

export interface TicketOffice {
  seal(ticket: Ticket): string;
  /** The same, but the same text each time for an equal ticket, also of another process. */
  sealAlike(ticket: Ticket): string;
  /** Null for what is not a ticket of this room. */
  open(sealed: string, room: RoomId): Ticket | null;
  sealVisitor(visitor: VisitorId): string;
  openVisitor(sealed: string): VisitorId | null;
}

/** Tickets that a process has open, at least, and visitors: some 450 bytes for one of each. */
const OPEN = 20_000;

export function createTicketOffice(seal: Seal): TicketOffice {
  /** By room and sealed ticket: no room has a space in it. */
  const opened = memoizeRecent((key) => {
    const space = key.indexOf(' ');
    return openTicket(seal, key.slice(space + 1), key.slice(0, space));
  }, OPEN);
  /** What this process sealed. A browser that is admitted gets the same ticket once more, under another name. */
  const sealedTexts = new WeakMap<Ticket, string>();
  const openedVisitors = memoizeRecent((sealed) => openVisitor(seal, sealed), OPEN);

  function sealTicket(how: 'seal' | 'sealAlike', ticket: Ticket): string {
    const { lane = '' } = ticket;
    const isNamed = ticket.incarnation !== '' || lane !== '';
    const bytes = Buffer.alloc(isNamed ? LENGTH + INCARNATION_BYTES + lane.length : LENGTH);
    bytes.writeUInt8(lane !== '' ? VERSION.laned : isNamed ? VERSION.named : VERSION.bare, 0);
    bytes.writeUInt32BE(ticket.generation, AT.generation);
    bytes.writeUIntBE(ticket.number, AT.number, 6);
    bytes.writeUIntBE((ticket.joinedAt % STANDING) + CODES[ticket.standing] * STANDING, AT.joinedAt, 6);
    bytes.writeUInt16BE(ticket.entry?.draw ?? 0, AT.draw);
    bytes.writeUInt32BE(ticket.entry?.index ?? Math.min(ticket.aheadAtJoin ?? 0, MOST_AHEAD), AT.index);
    // A wait is predicted for who waits, and a serial is of who is inside. Earlier versions read no wait there.
    const predicted = ticket.serial ? { low: ticket.serial, high: 0 } : ticket.predicted;
    bytes.writeUIntBE(Math.min(predicted?.low ?? 0, LONGEST), AT.low, 3);
    bytes.writeUIntBE(Math.min(predicted?.high ?? 0, LONGEST), AT.high, 3);
    bytes.write(ticket.visitor, AT.visitor, 'base64url');
    if (isNamed) bytes.write(ticket.incarnation, LENGTH, 'base64url');
    if (lane !== '') bytes.write(lane, LENGTH + INCARNATION_BYTES, 'latin1');
    const sealed = seal[how](bytes, `ticket ${ticket.room}`);
    // The visitor who gets the ticket will present it at once.
    opened.set(`${ticket.room} ${sealed}`, ticket);
    return sealed;
  }

  return {
    seal(ticket) {
      const known = sealedTexts.get(ticket);
      if (known !== undefined) return known;
      const sealed = sealTicket('seal', ticket);
      sealedTexts.set(ticket, sealed);
      return sealed;
    },
    sealAlike: (ticket) => sealTicket('sealAlike', ticket),
    open: (sealed, room) => opened.get(`${room} ${sealed}`),
    sealVisitor: (visitor) => seal.seal(Buffer.from(visitor, 'base64url'), 'visitor'),
    openVisitor: (sealed) => openedVisitors.get(sealed),
  };
}

function openVisitor(seal: Seal, sealed: string): VisitorId | null {
  const opened = seal.open(sealed, 'visitor');
  return opened?.length === VISITOR_BYTES ? Buffer.from(opened).toString('base64url') : null;
}

function openTicket(seal: Seal, sealed: string, room: RoomId): Ticket | null {
  const opened = seal.open(sealed, `ticket ${room}`);
  if (!opened) return null;
  const version = Object.values(VERSION).find((each) => each === opened[0]);
  if (version === undefined) return null;
  const fixed = version === VERSION.bare ? LENGTH : LENGTH + INCARNATION_BYTES;
  const isLaned = version === VERSION.laned;
  if (isLaned ? opened.length <= fixed : opened.length !== fixed) return null;
  const bytes = Buffer.from(opened.buffer, opened.byteOffset, opened.length);
  const draw = bytes.readUInt16BE(AT.draw);
  const index = bytes.readUInt32BE(AT.index);
  const [low, high] = [bytes.readUIntBE(AT.low, 3), bytes.readUIntBE(AT.high, 3)];
  const joined = bytes.readUIntBE(AT.joinedAt, 6);
  return {
    room,
    incarnation: bytes.toString('base64url', LENGTH, fixed),
    ...(isLaned ? { lane: bytes.toString('latin1', fixed) } : {}),
    generation: bytes.readUInt32BE(AT.generation),
    number: bytes.readUIntBE(AT.number, 6),
    joinedAt: joined % STANDING,
    entry: draw > 0 ? { draw, index } : null,
    ...(draw === 0 && index > 0 ? { aheadAtJoin: index } : {}),
    predicted: high > 0 ? { low, high } : null,
    ...(high === 0 && low > 0 ? { serial: low } : {}),
    standing: STANDINGS[Math.floor(joined / STANDING)] ?? 'unproven',
    visitor: bytes.toString('base64url', AT.visitor, LENGTH),
  };
}
