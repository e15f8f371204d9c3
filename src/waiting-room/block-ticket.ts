/**
 * A ticket in 16 bytes: one AES block in the form of a UUID. AWS's clients name a visitor by nothing else, and a waiting
 * visitor has no row, so the id itself is the ticket. Its content is 48 bits of number, 16 of generation, and a tag of 64
 * bits over room and incarnation. Anybody who changes a bit gets 128 random bits, of which 64 would have to be the tag.
 */
import { createCipheriv, createDecipheriv, createHmac, type KeyObject } from 'node:crypto';
import type { Joined } from './line/joins.ts';
import { memoizeRecent } from './memoize-recent.ts';
import type { RoomId } from './room.ts';
import { deriveKey } from './seal.ts';
import type { Ticket } from './ticket.ts';

export interface BlockTickets {
  /** The id of somebody who joined a room. */
  seal(room: RoomId, joined: Pick<Joined, 'incarnation' | 'generation' | 'number' | 'entry'>): string;
  /** Null for anything that is not an id of this room's current line. */
  open(id: string, room: RoomId, line: { readonly incarnation: string; readonly generation: number }): Ticket | null;
}

const TAG = 8;
const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** An entrant of a draw has no number: the 48 bits are then this bit, 15 of the draw, and 32 of the index. */
const ENTRANT = 2 ** 47;
const INDEXES = 2 ** 32;
const GENERATIONS = 2 ** 16;
/** Lines whose tags are in memory, at least, per key. */
const TAGS = 1000;

interface BlockKey {
  readonly key: KeyObject;
  tagOf(room: RoomId, incarnation: string): Buffer;
}

/** @param secrets COOKIE_KEYS: the first seals, all open. */
export function createBlockTickets(secrets: readonly string[]): BlockTickets {
  const keys = secrets.map(blockKey);
  const [first] = keys;
  if (!first) throw new TypeError('at least one key is needed');

  return {
    seal(room, { incarnation, generation, number, entry }) {
      const block = Buffer.alloc(16);
      block.writeUIntBE(entry ? ENTRANT + entry.draw * INDEXES + entry.index : number, 0, 6);
      block.writeUInt16BE(generation % GENERATIONS, 6);
      first.tagOf(room, incarnation).copy(block, 8);
      const cipher = createCipheriv('aes-256-ecb', first.key, null).setAutoPadding(false);
      return formatId(cipher.update(block).toString('hex'));
    },
    open(id, room, { incarnation, generation }) {
      if (!FORM.test(id)) return null;
      const sealed = Buffer.from(id.replaceAll('-', ''), 'hex');
      for (const { key, tagOf } of keys) {
        const block = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(sealed);
        if (!block.subarray(8).equals(tagOf(room, incarnation))) continue;
        const of = generationOf(block.readUInt16BE(6), generation);
        if (of < generation) return null;
        return {
          room,
          incarnation,
          generation: of,
          visitor: id,
          joinedAt: 0,
          predicted: null,
          standing: 'proven',
          ...placeOf(block),
        };
      }
      return null;
    },
  };
}

function blockKey(secret: string): BlockKey {
  const tagging = deriveKey(secret, 'block ticket tag');
  const tags = memoizeRecent((line) => createHmac('sha256', tagging).update(line).digest().subarray(0, TAG), TAGS);
  return {
    key: deriveKey(secret, 'block ticket'),
    // No room has a space in it.
    tagOf: (room, incarnation) => tags.get(`${room} ${incarnation}`) as Buffer,
  };
}

const formatId = (hex: string) =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;

/** The generation with these 16 bits that is closest to the current one. */
function generationOf(bits: number, current: number): number {
  const ahead = (bits - (current % GENERATIONS) + GENERATIONS) % GENERATIONS;
  return current + (ahead < GENERATIONS / 2 ? ahead : ahead - GENERATIONS);
}

function placeOf(block: Buffer): Pick<Ticket, 'number' | 'entry'> {
  const value = block.readUIntBE(0, 6);
  if (value < ENTRANT) return { number: value, entry: null };
  const entry = value - ENTRANT;
  return { number: 0, entry: { draw: Math.floor(entry / INDEXES), index: entry % INDEXES } };
}
