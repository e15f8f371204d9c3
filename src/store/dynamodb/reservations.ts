/**
 * Numbers reserved ahead. A number is answered only when the table says that it may have been issued, so that a line
 * which is opened again begins above all that any visitor has. A process reserves two seconds of joins at a time.
 */
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { RoomId } from '#waiting-room/room.ts';
import { type Database, type Expression, itemKey, NEW } from './database.ts';
import { checkpointKey, type LineName } from './keys.ts';
import { type Item, N, numberOf, S, textOf } from './values.ts';

export interface Reservations {
  /** Resolves when numbers up to this one are reserved. */
  cover(line: LineName, number: number): Promise<void>;
  /** Reserves what the next joins of a room need, as far as this process knows. Rejects where it cannot. */
  prepare(room: RoomId, count: number): Promise<void>;
  /**
   * A line came back in the place of another one, whose reservation is in the table. Reserves up to `number` at least:
   * each process may still issue what it reserved of the line before.
   */
  renew(line: LineName, number: number): Promise<void>;
  /** The room is deleted: its line's checkpoint is void. */
  forget(room: RoomId): Promise<void>;
}

/** A block is so many seconds of joins, and so many numbers at least. */
const BLOCK_SECONDS = 2;
const BLOCK_LEAST = 100;
/** The shortest time that a rate is measured over, in seconds. */
const MEASURED = 0.25;

/** The most numbers above those issued that a process may have reserved, in a line with so many joins in a second. */
export const mostReserved = (joinPeak: number): number =>
  Math.max(BLOCK_LEAST, Math.ceil((BLOCK_SECONDS / MEASURED) * joinPeak));

/** How often two processes may be in each other's way before a join is refused. */
const TRIES = 20;

interface Reserved extends Omit<LineName, 'room'> {
  readonly upTo: number;
  /** The highest number that is known to be issued. */
  issued: number;
  /** What the rate of joins is measured from. */
  readonly from: number;
  readonly since: number;
  extending: Promise<void> | null;
}

type ReservedDatabase = Pick<Database, 'get' | 'put' | 'update'>;

export function createReservations(database: ReservedDatabase, elapsed = () => performance.now()): Reservations {
  const rooms = new Map<RoomId, Reserved>();

  const knownOf = ({ room, incarnation, generation }: LineName) => {
    const known = rooms.get(room);
    return known?.incarnation === incarnation && known.generation === generation ? known : undefined;
  };

  function learn({ room, incarnation, generation }: LineName, upTo: number, issued: number): void {
    const known = knownOf({ room, incarnation, generation });
    const extending = known?.extending ?? null;
    rooms.set(room, {
      ...{ incarnation, generation, extending, from: issued, since: elapsed() },
      upTo: Math.max(upTo, known?.upTo ?? 0),
      issued: Math.max(issued, known?.issued ?? 0),
    });
  }

  function blockOf(known: Reserved | undefined, number: number): number {
    if (!known) return BLOCK_LEAST;
    const seconds = Math.max(MEASURED, (elapsed() - known.since) / 1000);
    return Math.max(BLOCK_LEAST, Math.ceil((BLOCK_SECONDS * Math.max(0, number - known.from)) / seconds));
  }

  /** Reserves up to `to`, or learns that as much as `number` is. */
  async function reserve(line: LineName, number: number, to: number): Promise<void> {
    const key = checkpointKey(line.room);
    const of = { ':incarnation': S(line.incarnation), ':generation': N(line.generation), ':to': N(to) };
    const same = 'incarnation = :incarnation AND generation = :generation';
    for (let tries = 0; tries < TRIES; tries++) {
      const condition = { text: `${same} AND reserved < :to`, values: of };
      if (await database.update(key, { text: 'SET reserved = :to' }, condition)) return learn(line, to, number);
      const item = await database.get(key);
      const standing = item ? compare(item, line) : 'before';
      // Of a generation that is over, nobody gets a number any more.
      if (standing === 'after') return;
      if (standing === 'same') {
        const reserved = numberOf(item?.reserved);
        if (reserved >= number) return learn(line, reserved, number);
      } else {
        const first = { ...itemKey(key), ...identity(line), reserved: N(to) };
        if (await database.put(first, item ? unchanged(item) : NEW)) return learn(line, to, number);
      }
    }
    throw new StoreUnavailable(new Error('other processes reserve numbers of the line at the same time'));
  }

  /** One at a time for each room, so that a process does not compete with itself. */
  function extend(line: LineName, number: number): Promise<void> {
    const known = knownOf(line);
    if (known?.extending) {
      return known.extending.then(() => ((knownOf(line)?.upTo ?? 0) >= number ? undefined : extend(line, number)));
    }
    const extending = reserve(line, number, number + blockOf(known, number)).finally(() => {
      const now = knownOf(line);
      if (now) now.extending = null;
    });
    if (known) known.extending = extending;
    return extending;
  }

  function extendAhead(line: LineName, known: Reserved, number: number): void {
    if (known.extending || known.upTo - number > blockOf(known, number) / 2) return;
    extend(line, number).catch(() => undefined);
  }

  return {
    async cover(line, number) {
      const known = knownOf(line);
      if (!known || known.upTo < number) return extend(line, number);
      known.issued = Math.max(known.issued, number);
      extendAhead(line, known, number);
    },
    async prepare(room, count) {
      const known = rooms.get(room);
      if (!known || known.issued + count <= known.upTo) return;
      await extend({ room, ...known }, known.issued + count);
    },
    async renew(line, number) {
      await reserve(line, number, number);
      rooms.delete(line.room);
    },
    async forget(room) {
      rooms.delete(room);
      await database.update(
        checkpointKey(room),
        { text: 'SET deleted = :true', values: { ':true': { BOOL: true } } },
        { text: 'attribute_exists(pk)' },
      );
    },
  };
}

export const identity = ({ incarnation, generation }: Omit<LineName, 'room'>) => ({
  incarnation: S(incarnation),
  generation: N(generation),
});

/** Whether an item is of this line, or of one before or after it. The line in the store below is later than any other. */
export function compare(item: Item, { incarnation, generation }: Omit<LineName, 'room'>): 'before' | 'same' | 'after' {
  if (textOf(item.incarnation) !== incarnation) return 'before';
  const found = numberOf(item.generation);
  if (found === generation) return 'same';
  return found < generation ? 'before' : 'after';
}

/** That nobody has written the item since it was read. */
export function unchanged(item: Item): Expression {
  return { text: '#write = :before', names: { '#write': 'write' }, values: { ':before': S(textOf(item.write)) } };
}
