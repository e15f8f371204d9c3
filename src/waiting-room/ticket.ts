/**
 * A visitor's ticket: which number they hold in which generation of a room. It travels sealed, in a cookie or as a
 * bearer secret, and is all there is of somebody who waits: the store keeps no row for them.
 */
import { randomBytes } from 'node:crypto';
import type { Holder, VisitorId } from './ports.ts';
import type { RoomId } from './room.ts';
import type { Seal } from './seal.ts';

export interface Ticket extends Holder {
  readonly room: RoomId;
  /** When the number was given, in milliseconds. */
  readonly joinedAt: number;
}

const VERSION = 1;
const VISITOR_BYTES = 16;
const LENGTH = 1 + 4 + 6 + 6 + VISITOR_BYTES;

/** A new visitor: 128 random bits, URL-safe. */
export function newVisitor(): VisitorId {
  return randomBytes(VISITOR_BYTES).toString('base64url');
}

export interface TicketOffice {
  seal(ticket: Ticket): string;
  /** Null for what is not a ticket of this room. */
  open(sealed: string, room: RoomId): Ticket | null;
  sealVisitor(visitor: VisitorId): string;
  openVisitor(sealed: string): VisitorId | null;
}

export function createTicketOffice(seal: Seal): TicketOffice {
  return {
    seal(ticket) {
      const bytes = Buffer.alloc(LENGTH);
      bytes.writeUInt8(VERSION, 0);
      bytes.writeUInt32BE(ticket.generation, 1);
      bytes.writeUIntBE(ticket.number, 5, 6);
      bytes.writeUIntBE(ticket.joinedAt, 11, 6);
      bytes.write(ticket.visitor, 17, 'base64url');
      return seal.seal(bytes, `ticket ${ticket.room}`);
    },
    open(sealed, room) {
      const opened = seal.open(sealed, `ticket ${room}`);
      if (opened?.length !== LENGTH || opened[0] !== VERSION) return null;
      const bytes = Buffer.from(opened.buffer, opened.byteOffset, LENGTH);
      return {
        room,
        generation: bytes.readUInt32BE(1),
        number: bytes.readUIntBE(5, 6),
        joinedAt: bytes.readUIntBE(11, 6),
        visitor: bytes.toString('base64url', 17),
      };
    },
    sealVisitor: (visitor) => seal.seal(Buffer.from(visitor, 'base64url'), 'visitor'),
    openVisitor(sealed) {
      const opened = seal.open(sealed, 'visitor');
      return opened?.length === VISITOR_BYTES ? Buffer.from(opened).toString('base64url') : null;
    },
  };
}
