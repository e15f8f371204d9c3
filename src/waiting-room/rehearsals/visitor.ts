/**
 * The visitor of a rehearsal. The id says until when its admission lasts, and carries a keyed stamp, so every process
 * knows it as one without asking the store, and no line has a row for it. It has the length of every visitor's id, as
 * tickets have that room.
 */
import type { Admission } from '../line/admission.ts';
import type { RoomId } from '../room.ts';
import type { Seal } from '../seal.ts';
import type { VisitorId } from '../visitor.ts';

/** How long a link is good for, in ms: no admission of a rehearsal lasts longer. */
export const REHEARSAL_TIME = 60 * 60_000;

/** In bytes: when the admission ends, in seconds; the rehearsal's id; the stamp. */
const [END, ID, STAMP] = [4, 4, 8];
const LENGTH = END + ID + STAMP;
const SECOND = 1000;

export type RehearsalSeal = Pick<Seal, 'stamps'>;

const stampsOf = (seal: RehearsalSeal, room: RoomId, named: Buffer) =>
  seal
    .stamps(`rehearsal ${room} ${named.toString('hex')}`)
    .map((stamp) => Buffer.from(stamp, 'base64url').subarray(0, STAMP));

/** @param id eight hexadecimal digits. */
export function rehearsalVisitor(seal: RehearsalSeal, room: RoomId, id: string, endsAt: number): VisitorId {
  const named = Buffer.alloc(END + ID);
  named.writeUInt32BE(Math.floor(endsAt / SECOND));
  named.write(id, END, 'hex');
  const [stamp = Buffer.alloc(STAMP)] = stampsOf(seal, room, named);
  return Buffer.concat([named, stamp]).toString('base64url');
}

export interface RehearsalVisitor {
  /** Of the rehearsal. */
  readonly id: string;
  /** In ms. */
  readonly endsAt: number;
}

/** Null for every other visitor, and once the admission is over. Nearly all cost no more than a look at four bytes. */
export function readRehearsalVisitor(
  seal: RehearsalSeal,
  room: RoomId,
  visitor: VisitorId,
  now: number,
): RehearsalVisitor | null {
  const bytes = Buffer.from(visitor, 'base64url');
  if (bytes.length !== LENGTH) return null;
  const endsAt = bytes.readUInt32BE() * SECOND;
  if (endsAt <= now || endsAt > now + REHEARSAL_TIME) return null;
  const named = bytes.subarray(0, END + ID);
  const stamp = bytes.subarray(END + ID);
  if (!stampsOf(seal, room, named).some((right) => right.equals(stamp))) return null;
  return { id: named.toString('hex', END), endsAt };
}

/** The number of nobody: lines count from 1. */
const NUMBER = 0;

/** @param issuedAt in ms. */
export const admissionOfRehearsal = (
  visitor: VisitorId,
  { endsAt }: RehearsalVisitor,
  issuedAt = endsAt - REHEARSAL_TIME,
): Admission => ({ visitor, number: NUMBER, generation: 0, issuedAt, expiresAt: endsAt });
