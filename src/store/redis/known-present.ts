/**
 * Who is present in a long line, as a process knows it from the view before. The bitmap travels by stretches: Redis counts
 * each stretch and sends those that have another count, and each of the others once in a while. So between a view and
 * the next ones, a stretch in which as many people became absent as became present may be as it was some views ago.
 */
import { Bits } from '#waiting-room/line/bits.ts';
import type { LineView } from '#waiting-room/line/counters.ts';
import type { RoomId } from '#waiting-room/room.ts';
import { bytes, integer, list } from './replies.ts';
import type { Argument, Reply } from './script.ts';

/** Bytes of a stretch, and how many of them, with a part of one, are short; as in lib/presence.lua. */
const STRETCH = 8192;
const SHORT = 4;
/** A stretch that did not change is sent again after so many views. */
const ROUND = 32;
/** A stretch of which the process does not have all. */
const UNKNOWN = -1;

export interface KnownPresent {
  readonly view: Pick<LineView, 'incarnation' | 'generation' | 'present' | 'presentFrom'>;
  /** How many views there were. */
  readonly round: number;
}

export interface KnownPresents {
  get(room: RoomId): KnownPresent | undefined;
  saw(room: RoomId, view: KnownPresent['view']): void;
  forget(room: RoomId): void;
}

/** What a process knows of its rooms, without those with few people. */
export function createKnownPresents(): KnownPresents {
  const known = new Map<RoomId, KnownPresent>();
  return {
    get: (room) => known.get(room),
    saw(room, view) {
      if (view.present.length <= SHORT * STRETCH) known.delete(room);
      else known.set(room, { view, round: (known.get(room)?.round ?? -1) + 1 });
    },
    forget: (room) => void known.delete(room),
  };
}

const firstByteOf = ({ presentFrom }: KnownPresent['view']) => presentFrom / 8;

/** The arguments of view-for-memory.lua: the line, the first stretch, which ones are sent again, how many of each are present. */
export function ofKnownPresent(known: KnownPresent | undefined): Argument[] {
  if (!known) return [];
  const { view, round } = known;
  const bits = new Bits(view.present);
  const [from, to] = [firstByteOf(view), firstByteOf(view) + view.present.length];
  const first = Math.floor(from / STRETCH);
  const counts: number[] = [];
  for (let at = first * STRETCH; at < to; at += STRETCH) {
    counts.push(at < from ? UNKNOWN : bits.count((at - from) * 8, (at - from + STRETCH) * 8 - 1));
  }
  return [`${view.incarnation}:${view.generation}`, first, ROUND, round % ROUND, ...counts];
}

/**
 * The bitmap that a reply means: all of it, or `{ length, index, stretch, index, stretch … }` of a known one. Where nothing
 * changed it is the known one itself, so that a process does not fill its memory with the same again and again.
 */
export function presentOf(reply: Reply | undefined, presentFrom: number, known: KnownPresent | undefined): Uint8Array {
  if (!Array.isArray(reply) || !known) return bytes(reply);
  const [length, ...sent] = list(reply);
  const from = presentFrom / 8;
  const before = known.view.present;
  const isMoved = from !== firstByteOf(known.view) || integer(length) !== before.length;
  let present = isMoved ? moved(known.view, from, integer(length)) : before;
  for (let i = 0; i + 1 < sent.length; i += 2) {
    const [at, stretch] = [integer(sent[i]) * STRETCH - from, bytes(sent[i + 1])];
    if (Buffer.compare(present.subarray(at, at + stretch.length), stretch) === 0) continue;
    if (present === before) present = before.slice();
    present.set(stretch, at);
  }
  return present;
}

/** The same bitmap, from another byte on. */
function moved({ present, presentFrom }: KnownPresent['view'], from: number, length: number): Uint8Array {
  const behind = from - presentFrom / 8;
  const [skipped, at] = [Math.max(0, behind), Math.max(0, -behind)];
  const copy = new Uint8Array(length);
  copy.set(present.subarray(skipped, skipped + Math.max(0, length - at)), Math.min(at, length));
  return copy;
}
