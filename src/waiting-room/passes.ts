/**
 * A pass: a sealed admission in a cookie of the protected site. It tells the gate that a visitor was admitted, without a
 * store command. It does not tell whether the admission ended early, or ends later because a pause stopped its time.
 */
import type { Admission } from './line/admission.ts';
import type { RoomId } from './room.ts';
import type { Seal } from './seal.ts';

/** The part of an admission that the gate needs. */
export type Pass = Pick<Admission, 'visitor' | 'number' | 'generation' | 'expiresAt'>;

/** Sessions that passes tell apart. */
const TAGS = 1000;
const tagOf = (session: number): number => session % TAGS;

/**
 * The pass of a browser. Its milliseconds say which session of the admission it is of: nothing needs them otherwise, and
 * earlier versions read a time.
 */
export function passOf({ visitor, number, generation, expiresAt, sessions }: Admission): Pass {
  const end = sessions?.asked ? Math.floor(expiresAt / TAGS) * TAGS + tagOf(sessions.asked) : expiresAt;
  return { visitor, number, generation, expiresAt: end };
}

/**
 * What the gate knows the browser of a pass by, '' where it knows nothing; null for a pass of another admission, or of a
 * browser that was let out since. An earlier version gave passes that end with the admission, which pauses may have moved.
 */
export function browserOf(pass: Pass, admission: Admission | null): string | null {
  if (admission?.generation !== pass.generation || admission.number !== pass.number) return null;
  const { sessions } = admission;
  if (!sessions) return '';
  const session = sessions.list.find(({ id }) => tagOf(id) === pass.expiresAt % TAGS);
  if (session) return session.browser;
  const movedBy = admission.expiresAt - pass.expiresAt;
  return movedBy >= 0 && movedBy <= (admission.stopped ?? 0) && sessions.voidTo === 0 ? '' : null;
}

export interface PassOffice {
  seal(room: RoomId, pass: Pass): string;
  /** Null if it is no pass of this room. The caller checks whether it has expired. */
  open(sealed: string, room: RoomId): Pass | null;
}

const VERSION = 1;
/** Byte offsets, after one byte of version. */
const AT = { generation: 1, number: 5, expiresAt: 11, visitor: 17 } as const;
const LENGTH = AT.visitor + 16;

export function createPassOffice(seal: Seal): PassOffice {
  return {
    seal(room, { visitor, number, generation, expiresAt }) {
      const bytes = Buffer.alloc(LENGTH);
      bytes.writeUInt8(VERSION, 0);
      bytes.writeUInt32BE(generation, AT.generation);
      bytes.writeUIntBE(number, AT.number, 6);
      bytes.writeUIntBE(expiresAt, AT.expiresAt, 6);
      bytes.write(visitor, AT.visitor, 'base64url');
      return seal.seal(bytes, `pass ${room}`);
    },
    open(sealed, room) {
      const opened = seal.open(sealed, `pass ${room}`);
      if (opened?.length !== LENGTH || opened[0] !== VERSION) return null;
      const bytes = Buffer.from(opened.buffer, opened.byteOffset, LENGTH);
      return {
        generation: bytes.readUInt32BE(AT.generation),
        number: bytes.readUIntBE(AT.number, 6),
        expiresAt: bytes.readUIntBE(AT.expiresAt, 6),
        visitor: bytes.toString('base64url', AT.visitor),
      };
    },
  };
}
