/**
 * The draws of a line that lost writes. A process remembers each draw with its seed and its entrants, so that a lost draw
 * goes on under the hash that was published, and a drawn entrant keeps the number.
 */
import { Bits } from './bits.ts';
import { type LineView, view } from './counters.ts';
import { type Draw, type DrawRecord, drawRecord, newDraw, nextDrawOf } from './draw.ts';
import { isOfLine, type Line } from './line.ts';
import { forgetThose, hearThose, newPresence } from './presence.ts';

/** A draw with all that it takes to go on with it. The seed is a secret until the draw: it is for line-memory.ts alone. */
export interface RememberedDraw extends DrawRecord {
  readonly seed: string;
  /** Of a draw that is done: who was present, as in a `DrawResult`. Null where the memory has it already. */
  readonly there: Uint8Array | null;
  /** Of the next draw: the entrants who are present, a bit each by arrival index. Null where the memory did not ask. */
  readonly present: Uint8Array | null;
  /** The same of those who withdrew. */
  readonly withdrawn: Uint8Array | null;
}

/** What a memory has of a line, so that it is not sent again. */
export interface KnownDraws {
  readonly incarnation?: string | undefined;
  readonly generation: number;
  /** How many finished draws it has, counted from the first. */
  readonly done: number;
  /** Whether it asks for the entrants of the next draw. */
  readonly withEntrants: boolean;
}

export interface ViewForMemory {
  readonly view: LineView;
  readonly draws: readonly RememberedDraw[];
}

/** What decides which of two draws counts. */
type Standing = Pick<DrawRecord, 'event' | 'seedHash' | 'committedAt' | 'drawnAt' | 'arrivals'>;

/** Brings the line to `at` and shows it to the memory of a process, with the seeds of its draws. */
export function viewForMemory(line: Line, known: KnownDraws, at: number): ViewForMemory {
  return { view: view(line, at), draws: rememberDraws(line, known) };
}

function rememberDraws(line: Line, { done, withEntrants, ...of }: KnownDraws): RememberedDraw[] {
  const known = isOfLine(line, of) ? done : 0;
  return line.draws.map((draw, i) => {
    const isAsked = draw.there === null && withEntrants;
    return {
      ...drawRecord(draw, i + 1),
      seed: draw.seed,
      there: draw.there && i >= known ? draw.there.bytes.slice() : null,
      present: isAsked ? draw.presence.present.bytes.slice() : null,
      withdrawn: isAsked ? draw.withdrawn.bytes.slice() : null,
    };
  });
}

/** How far a draw has come: announced, with entrants, done. */
function stageOf({ drawnAt, arrivals }: Standing): number {
  if (drawnAt !== null) return 2;
  return arrivals > 0 ? 1 : 0;
}

/**
 * Of two draws in the same place of a line, whether the first one counts: it has come further, or was announced in the
 * place of another event, or is older.
 */
function countsBefore(one: Standing, other: Standing): boolean {
  const further = stageOf(one) - stageOf(other);
  if (further !== 0) return further > 0;
  if (one.drawnAt === null && one.event !== other.event) return one.committedAt > other.committedAt;
  const [at, otherAt] = [one.drawnAt ?? one.committedAt, other.drawnAt ?? other.committedAt];
  return at === otherAt ? one.seedHash < other.seedHash : at < otherAt;
}

/**
 * Whether a line lost draws, or entrants, that a process saw. A draw without entrants proves nothing: it may have been
 * withdrawn since.
 */
export function lacksDraws(kept: readonly Standing[], seen: readonly Standing[]): boolean {
  return seen.some((each, i) => {
    const there = kept[i];
    if (stageOf(each) === 0) return false;
    if (!there || countsBefore(each, there)) return true;
    return there.drawnAt === null && each.arrivals > there.arrivals;
  });
}

function drawFrom(seen: RememberedDraw, now: number): Draw {
  const { event, order, seed, seedHash, opensAt, startsAt, committedAt } = seen;
  return { ...newDraw({ event, order, seed, seedHash, opensAt, startsAt }, now), committedAt };
}

/** The seed of a draw that was seen, with the entrants of the one in its place. */
function nextFrom(seen: RememberedDraw, kept: Draw | undefined, unseen: number, now: number): Draw {
  const draw = drawFrom(seen, now);
  draw.arrivals = seen.arrivals + (seen.opensAt <= now ? unseen : 0);
  if (!kept) return draw;
  const { presence, withdrawn } = kept;
  return { ...draw, arrivals: Math.max(draw.arrivals, kept.arrivals), presence, withdrawn };
}

function doneFrom(seen: RememberedDraw, now: number): Draw {
  const { arrivals, drawnAt, base, entrants, released, there } = seen;
  const outcome = { arrivals, drawnAt, base, entrants: entrants ?? 0, released, there: new Bits(there?.slice()) };
  return { ...drawFrom(seen, now), ...outcome };
}

/**
 * Puts back the draws that a process saw. Of two in the same place the same one counts, in whatever order processes put
 * theirs back. Up to `unseen` entrants may have come to an open draw since.
 */
export function restoreDraws(line: Line, seen: readonly RememberedDraw[], unseen: number, now: number): void {
  for (const [i, each] of seen.entries()) {
    // An event is drawn once a generation.
    if (line.draws.some((draw, at) => at !== i && draw.event === each.event)) return;
    const kept = line.draws[i];
    if (kept && !countsBefore(each, kept)) continue;
    line.draws[i] = each.drawnAt === null ? nextFrom(each, kept, unseen, now) : doneFrom(each, now);
    line.changes += 1;
  }
}

/** Forgets who of the next draw was present, as a process saw it later: after a reset that was undone. */
export function forgetEntrants(line: Line, now: number): void {
  const next = nextDrawOf(line.draws);
  if (next) Object.assign(next.presence, newPresence(), { windowStart: now });
}

/** Adds the entrants that a process saw to those of the next draw. They are present, unless they withdrew. */
export function restoreEntrants(line: Line, seen: readonly RememberedDraw[], unseen: number, now: number): void {
  const next = nextDrawOf(line.draws);
  const each = seen[line.draws.length - 1];
  if (!next || !each || each.drawnAt !== null) return;
  line.changes += 1;
  if (each.arrivals > next.arrivals) next.arrivals = each.arrivals + (next.opensAt <= now ? unseen : 0);
  const last = each.arrivals - 1;
  next.withdrawn.addAll(new Bits(each.withdrawn ?? undefined), 0, last);
  hearThose(next.presence, new Bits(each.present ?? undefined), 0, last);
  forgetThose(next.presence, next.withdrawn);
}
