/** Parses the scripts' replies into the types of the ports. Throws for a reply that does not fit, which is a defect. */
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { Counters, LineView } from '#waiting-room/line/counters.ts';
import type { Discarded } from '#waiting-room/line/discard.ts';
import type { DrawOpening, DrawRecord, DrawResult } from '#waiting-room/line/draw.ts';
import type { Joined } from '#waiting-room/line/joins.ts';
import type { RememberedDraw } from '#waiting-room/line/lost-draws.ts';
import type { Place } from '#waiting-room/line/place.ts';
import { lapsedShare } from '#waiting-room/line/provisional.ts';
import { type Used, type UseOutcome, viewOf } from '#waiting-room/line/sessions.ts';
import type { DrawOrder, Mode } from '#waiting-room/room.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import type { Reply } from './script.ts';

/** `{ tag, … }`, as every script of the line replies. */
export interface Tagged {
  readonly tag: string;
  readonly rest: readonly Reply[];
}

export function tagged(reply: Reply): Tagged {
  const [tag, ...rest] = list(reply);
  return { tag: text(tag), rest };
}

/** Keys of a line are lost (scripts/lib/lost-keys.lua). The script that noticed it changed nothing. */
export class KeysLost extends Error {
  constructor() {
    super('Redis lost keys of a line');
  }
}

/** Whether a script of the line did nothing, as the line has to be fenced first. */
export function isFence(reply: Reply): boolean {
  return Array.isArray(reply) && String(reply[0]) === 'fence';
}

export function text(reply: Reply | undefined): string {
  if (typeof reply === 'string') return reply;
  if (Buffer.isBuffer(reply)) return reply.toString();
  throw unexpected(reply);
}

export function integer(reply: Reply | undefined): number {
  const value = typeof reply === 'number' ? reply : Number(text(reply));
  if (!Number.isSafeInteger(value)) throw unexpected(reply);
  return value;
}

export function bytes(reply: Reply | undefined): Uint8Array {
  if (Buffer.isBuffer(reply)) return reply;
  throw unexpected(reply);
}

export function list(reply: Reply | undefined): readonly Reply[] {
  if (Array.isArray(reply)) return reply;
  throw unexpected(reply);
}

export function unexpected(reply: unknown): Error {
  return new Error(`a script replied with something unexpected (${typeof reply})`);
}

/** `number:generation:issued_at:expires_at`, and `:confirm_by` where it is not confirmed (lib/admission.lua). */
export function admission(row: Reply | undefined, visitor: VisitorId): Admission {
  const [number = Number.NaN, generation = Number.NaN, issuedAt = Number.NaN, expiresAt = Number.NaN, confirmBy = 0] =
    text(row).split(':').map(Number);
  if (Number.isNaN(expiresAt)) throw unexpected(row);
  const confirmed = { visitor, number, generation, issuedAt, expiresAt };
  return confirmBy === 0 ? confirmed : { ...confirmed, confirmBy };
}

/** With its sessions as they are stored (lib/sessions.lua), if they are of this admission. */
export function withSessions(found: Admission, stored: Reply | undefined, asked = 0): Admission {
  const [head = '', ...rows] = text(stored).split('|');
  const [number, , , voidTo = 0] = head.split(':').map(Number);
  if (head === '' || number !== found.number) return found;
  const list = rows.map((row) => {
    const [id, , at, former, , , , browser = ''] = row.split(':');
    return { id: Number(id), at: Number(at), former: Number(former), browser };
  });
  return { ...found, sessions: viewOf({ voidTo, list }, asked) };
}

/** What use-admission.lua replies. */
export function used([outcome, serial]: readonly Reply[]): Used {
  return { outcome: text(outcome) as UseOutcome, serial: integer(serial) };
}

/** An admission as it is, from one as it is stored. */
export function shifted(stored: Admission, by: number): Admission {
  const moved = { ...stored, issuedAt: stored.issuedAt + by, expiresAt: stored.expiresAt + by };
  return stored.confirmBy === undefined ? moved : { ...moved, confirmBy: stored.confirmBy + by };
}

/** lib/place.lua */
export function place({ tag, rest }: Tagged, visitor: VisitorId): Place {
  switch (tag) {
    case 'stale':
    case 'waiting':
    case 'returned':
    case 'over':
      return { state: tag };
    case 'served':
      return { state: 'served', claimBy: integer(rest[0]), ...(text(rest[1]) === '1' ? { extended: true } : {}) };
    case 'admitted':
      return { state: 'admitted', admission: admission(rest[0], visitor), first: text(rest[1]) === '1' };
    case 'missed':
      return {
        state: 'missed',
        away: text(rest[0]) === '1',
        front: text(rest[1]) === '1',
        ...(text(rest[2]) === '1' ? { lapsed: true } : {}),
      };
    default:
      throw unexpected(tag);
  }
}

/** lib/counters.lua */
export function counters(reply: Reply | undefined): Counters {
  const [queue, serving, waiting, present, claimed, active, completed, abandoned, expired] = list(reply).map(integer);
  return {
    queue: integer(queue),
    serving: integer(serving),
    waiting: integer(waiting),
    present: integer(present),
    claimed: integer(claimed),
    active: integer(active),
    completed: integer(completed),
    abandoned: integer(abandoned),
    expired: integer(expired),
  };
}

/** What join.lua replies; null where the room is closed. */
export function joined(tag: string, rest: readonly Reply[], visitors: readonly VisitorId[]): Joined[] | null {
  switch (tag) {
    case 'closed':
      return null;
    case 'given up':
      throw new StoreUnavailable(new Error('the join was given up before it came'));
    case 'entered':
      return entered(rest, visitors.length);
    default:
      return numbered(rest, visitors);
  }
}

function entered([incarnation, generation, draw, from]: readonly Reply[], count: number): Joined[] {
  return Array.from({ length: count }, (_, n) => ({
    incarnation: text(incarnation),
    generation: integer(generation),
    number: 0,
    entry: { draw: integer(draw), index: integer(from) + n },
    admission: null,
    budgeted: true,
  }));
}

/** The numbers follow each other, and few were taken in. */
function numbered([named, first, from, , ...taken]: readonly Reply[], visitors: readonly VisitorId[]): Joined[] {
  const [incarnation, generation, number] = [text(named), integer(first), integer(from)];
  const tickets = visitors.map(
    (_, index): Joined => ({
      incarnation,
      generation,
      number: number + index,
      entry: null,
      admission: null,
      budgeted: true,
    }),
  );
  for (let at = 0; at < taken.length; at += 2) {
    const index = integer(taken[at]) - 1;
    const ticket = tickets[index];
    const visitor = visitors[index];
    if (!ticket || visitor === undefined) throw unexpected(taken[at]);
    tickets[index] = { ...ticket, admission: admission(taken[at + 1], visitor) };
  }
  return tickets;
}

/** What give-up-join.lua replies. */
export function issued([incarnation, generation, draw, from, to]: readonly Reply[]): Omit<Discarded, 'visitors'> {
  return {
    incarnation: text(incarnation),
    generation: integer(generation),
    draw: integer(draw),
    from: integer(from),
    to: integer(to),
  };
}

/** A record of lib/draw.lua. */
function drawRecord(reply: Reply, draw: number): DrawRecord {
  const record = recordWithSeed(reply, draw);
  return { ...record, seed: record.drawnAt === null ? null : record.seed };
}

/** The same with the seed, which is a secret until the draw. */
function recordWithSeed(reply: Reply, draw: number): DrawRecord & { readonly seed: string } {
  const [settled, committed, terms, facts] = list(reply);
  const { event, seed, seedHash }: Omit<DrawOpening, 'order' | 'opensAt' | 'startsAt'> = JSON.parse(text(settled));
  const [order, opensAt, startsAt = ''] = text(terms).split(':');
  const [arrivals = Number.NaN, drawnAt = null, base = 0, entrants = null, released] = text(facts)
    .split(':')
    .map(Number);
  if (Number.isNaN(arrivals)) throw unexpected(facts);
  return {
    draw,
    event,
    order: order as DrawOrder,
    seedHash,
    committedAt: integer(committed),
    opensAt: integer(opensAt),
    startsAt: startsAt === '' ? undefined : integer(startsAt),
    arrivals,
    released: released === 1 ? true : undefined,
    seed,
    drawnAt,
    entrants,
    base,
  };
}

/** What draw-result.lua replies. */
export function drawResult([record = null, there]: readonly Reply[], draw: number): DrawResult {
  return { record: drawRecord(record, draw), there: bytes(there) };
}

const textOrNone = (reply: Reply | undefined) => (reply === null ? '' : text(reply));

/** What view.lua replies. */
export function view(reply: readonly Reply[]): LineView {
  const [generation, mode, held, counts, presentFrom, present, turns, alarm, texts, draws, entrants, predicted, more] =
    reply;
  const [
    incarnation,
    heartbeatsSince,
    joinPeak,
    expiredAdmissions,
    clock,
    shiftedBy,
    provisional,
    lapses,
    confirmed,
    lapsed,
    size,
    sizeVersion,
    inside,
    takeovers,
  ] = list(more);
  const [inletState, signal, meter, told, allotments] = list(texts).map(textOrNone);
  const [within, outside] = list(predicted).map(integer);
  return {
    incarnation: text(incarnation),
    generation: integer(generation),
    clock: integer(clock),
    shifted: integer(shiftedBy),
    counters: counters(counts),
    mode: text(mode) as Mode,
    size: integer(size),
    sizeVersion: Math.max(0, integer(sizeVersion) - 1),
    inside: integer(inside),
    held: integer(held),
    present: bytes(present),
    presentFrom: integer(presentFrom),
    turns: integer(turns),
    alarm: integer(alarm) === 1,
    inletState: text(inletState),
    notes: { signal: text(signal), meter: text(meter), told: text(told), allotments: text(allotments) },
    draws: list(draws).map((draw, n) => drawRecord(draw, n + 1)),
    entrantsPresent: integer(entrants),
    heartbeatsSince: integer(heartbeatsSince),
    joinPeak: integer(joinPeak),
    expiredAdmissions: integer(expiredAdmissions),
    provisional: integer(provisional),
    lapses: integer(lapses),
    takeovers: integer(takeovers),
    lapsedShare: lapsedShare({ confirmed: integer(confirmed), lapsed: integer(lapsed) }),
    predictions: { within: integer(within), outside: integer(outside) },
  };
}

/** What view-for-memory.lua replies: the records of view.lua, and the bitmaps of each draw. */
export function rememberedDraws(reply: readonly Reply[]): RememberedDraw[] {
  const [draws, bitmaps] = [list(reply[9]), list(reply[13])];
  return draws.map((record, n) => {
    const draw = recordWithSeed(record, n + 1);
    const [first, withdrawn] = list(bitmaps[n]).map(bytes);
    return {
      ...draw,
      there: (draw.drawnAt !== null && first) || null,
      present: (draw.drawnAt === null && first) || null,
      withdrawn: withdrawn ?? null,
    };
  });
}
