/** Checkpoints of lines, and what a lost line is opened from. */
import { standingFor } from '#waiting-room/line/admission.ts';
import type { RememberedDraw } from '#waiting-room/line/lost-draws.ts';
import type { Checkpoint } from '#waiting-room/line/opening.ts';
import { compareSuccession } from '#waiting-room/line/succession.ts';
import type { Checkpoints } from '#waiting-room/ports/checkpoints.ts';
import type { RoomId } from '#waiting-room/room.ts';
import { type Database, itemKey, NEW } from './database.ts';
import { checkpointKey, drawsKey, type LineName } from './keys.ts';
import type { Entry, Ledger } from './ledger.ts';
import { compare, identity, unchanged } from './reservations.ts';
import { type Item, N, numberOf, packed, S, unpacked } from './values.ts';

export interface CheckpointsDeps {
  readonly database: Pick<Database, 'get' | 'put' | 'update'>;
  /** Reads of a line that was lost. */
  readonly patient: Pick<Database, 'get'>;
  readonly ledger: Pick<Ledger, 'inside'>;
  /** Milliseconds since some moment. */
  readonly elapsed?: () => number;
}

/** How often a process saves a line, and how long it leaves that to a process that is at it, in ms. */
const EVERY = 1000;
const OF_OTHERS = 3000;
/** The longest text of draws that an item takes. */
const LONGEST_DRAWS = 380_000;

interface Saved {
  /** Of which line. */
  of: string;
  /** Not before then, unless the line is another one. */
  due: number;
  saving: Promise<void> | null;
  /** What was saved last. */
  text: string;
  draws: string;
}

export function createCheckpoints({
  database,
  patient,
  ledger,
  elapsed = () => performance.now(),
}: CheckpointsDeps): Checkpoints {
  const rooms = new Map<RoomId, Saved>();

  /** Whether this checkpoint is in the table now. */
  async function put(line: LineName, text: string, at: number): Promise<boolean> {
    const key = checkpointKey(line.room);
    const values = { ':time': N(at), ':saved': packed(text) };
    const update = { text: 'SET #time = :time, saved = :saved', names: { '#time': 'time' }, values };
    const condition = {
      text:
        'incarnation = :incarnation AND generation = :generation AND attribute_not_exists(deleted)' +
        ' AND (attribute_not_exists(#time) OR #time < :time)',
      values: { ':incarnation': S(line.incarnation), ':generation': N(line.generation) },
    };
    if (await database.update(key, update, condition)) return true;
    const item = await database.get(key);
    if (item && compare(item, line) !== 'before') return false;
    const checkpoint = JSON.parse(text) as Checkpoint;
    // A reset, or what undid it, put a later line in the place of this one.
    if (item && (compareSuccession(checkpointOf(item), checkpoint) ?? 0) > 0) return false;
    const issued = issuedIn(checkpoint);
    const first = { ...itemKey(key), ...identity(line), reserved: N(issued), time: N(at), saved: packed(text) };
    return database.put(first, item ? unchanged(item) : NEW);
  }

  async function putDraws(line: LineName, draws: string): Promise<void> {
    const value = packed(draws);
    if ((value.B?.length ?? 0) > LONGEST_DRAWS) return;
    await database.put({ ...itemKey(drawsKey(line.room)), ...identity(line), draws: value });
  }

  async function drawsOf(room: RoomId, checkpoint: Checkpoint): Promise<readonly RememberedDraw[]> {
    const item = await patient.get(drawsKey(room));
    return item && compare(item, checkpoint) === 'same' ? parseDraws(unpacked(item.draws)) : [];
  }

  return {
    async save(room, { checkpoint: { draws = [], ...checkpoint }, size }, at) {
      const line = { room, incarnation: checkpoint.incarnation, generation: checkpoint.generation };
      const of = `${line.incarnation} ${line.generation}`;
      const saved = rooms.get(room) ?? { of, due: 0, saving: null, text: '', draws: '' };
      rooms.set(room, saved);
      // A line that was reset must not go back behind that.
      if (saved.of !== of) await saved.saving?.catch(() => undefined);
      if (saved.saving || (saved.of === of && elapsed() < saved.due)) return;
      const text = JSON.stringify({ ...checkpoint, size } satisfies SavedText);
      const drawn = formatDraws(draws);
      if (text === saved.text && drawn === saved.draws) return;

      async function write(): Promise<void> {
        try {
          const isNewest = await put(line, text, at);
          if (isNewest && drawn !== saved.draws) await putDraws(line, drawn);
          saved.due = elapsed() + (isNewest ? EVERY : OF_OTHERS) * (0.9 + Math.random() * 0.1);
          if (isNewest) [saved.text, saved.draws] = [text, drawn];
        } catch (error) {
          saved.due = elapsed() + EVERY;
          throw error;
        } finally {
          saved.saving = null;
        }
      }
      saved.of = of;
      saved.saving = write();
      await saved.saving;
    },
    async inside(room, { incarnation, generation }, time) {
      const entries = await ledger.inside({ room, incarnation, generation }, time);
      return entries.filter(({ isActive }) => isActive);
    },
    async read(room, now) {
      const item = await patient.get(checkpointKey(room));
      if (!item || item.deleted) return null;
      const { size, ...checkpoint } = checkpointOf(item);
      const { stopped = 0, stoppedAt = 0 } = checkpoint;
      const time = now - stopped - standingFor({ stoppedAt }, now);
      const [draws, entries] = await Promise.all([
        drawsOf(room, checkpoint),
        ledger.inside({ room, incarnation: checkpoint.incarnation, generation: checkpoint.generation }, time),
      ]);
      return {
        checkpoint: { ...broughtUp(checkpoint, numberOf(item.reserved), draws, entries, time), draws },
        size,
        admissions: entries.filter(({ isActive }) => isActive),
      };
    },
  };
}

/** Of a line that gave numbers and was lost before its first checkpoint: nothing but which line it was. */
const NOTHING = {
  ...{
    turns: 0,
    joinPeak: 0,
    alarm: false,
    inletState: '',
    notes: { signal: '', meter: '', told: '', allotments: '' },
  },
  counters: {
    ...{ queue: 0, serving: 0, waiting: 0, present: 0, claimed: 0, active: 0, completed: 0, abandoned: 0, expired: 0 },
  },
};

/** A checkpoint without its draws, with the size of its line. */
type SavedText = Omit<Checkpoint, 'draws'> & { readonly size: number | undefined };

function checkpointOf(item: Item): SavedText {
  const of = { incarnation: item.incarnation?.S ?? '', generation: numberOf(item.generation) };
  const saved: Partial<SavedText> = item.saved ? JSON.parse(unpacked(item.saved)) : {};
  // Another version may have saved it, with fields that this one lacks, or without some.
  const counters = { ...NOTHING.counters, ...saved.counters };
  return { ...NOTHING, size: undefined, ...of, ...saved, counters, notes: { ...NOTHING.notes, ...saved.notes } };
}

/** So many seconds of joins at the highest rate may be unseen (line/opening.ts). */
const UNSEEN_SECONDS = 3;

/**
 * A checkpoint with what the ledger and the reservation say beyond it: an admission has a number that was
 * issued and served, and all reserved numbers may have been issued.
 */
function broughtUp(
  checkpoint: Checkpoint,
  reserved: number,
  draws: readonly RememberedDraw[],
  entries: readonly Entry[],
  time: number,
): Checkpoint {
  const { counters, ...of } = checkpoint;
  const highest = entries.reduce((most, { number }) => Math.max(most, number), 0);
  const live = entries.filter(({ isActive, expiresAt }) => isActive && expiresAt > time).length;
  const claimed = Math.max(counters.claimed, live);
  // The ledger may lack those of the last moment, and the checkpoint has those who left since.
  const active = Math.max(counters.active, live);
  const hasEntrants = draws.at(-1)?.drawnAt === null;
  // The first number is reserved for the first visitor, or for an entrant of the first draw.
  const queue = Math.max(counters.queue, highest, reserved > 0 && !hasEntrants ? 1 : 0);
  const unseen = reserved - issuedIn({ ...checkpoint, draws, counters: { ...counters, queue } });
  return {
    ...of,
    joinPeak: Math.max(of.joinPeak, Math.ceil(unseen / UNSEEN_SECONDS)),
    counters: { ...counters, queue, serving: Math.max(counters.serving, highest), claimed, active },
  };
}

/** Numbers that were issued, and those that entrants of a draw will have. */
function issuedIn({ counters, draws = [] }: Checkpoint): number {
  const next = draws.at(-1);
  return counters.queue + (next?.drawnAt === null ? next.arrivals : 0);
}

const BITS = ['there', 'present', 'withdrawn'] as const;

function formatDraws(draws: readonly RememberedDraw[]): string {
  const text = (bits: Uint8Array | null) => bits && Buffer.from(bits).toString('base64');
  return JSON.stringify(
    draws.map((draw) => ({ ...draw, ...Object.fromEntries(BITS.map((name) => [name, text(draw[name])])) })),
  );
}

function parseDraws(json: string): RememberedDraw[] {
  const bits = (text: string | null) => (text === null ? null : new Uint8Array(Buffer.from(text, 'base64')));
  const draws: (Omit<RememberedDraw, (typeof BITS)[number]> & Record<(typeof BITS)[number], string | null>)[] =
    JSON.parse(json);
  return draws.map((draw) => ({
    ...draw,
    there: bits(draw.there),
    present: bits(draw.present),
    withdrawn: bits(draw.withdrawn),
  }));
}
