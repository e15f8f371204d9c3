/** Parses the scripts' replies into the types of the ports. Throws for a reply that does not fit, which is a defect. */
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { Counters, StepCounters } from '#waiting-room/line/counters.ts';
import type { Discarded } from '#waiting-room/line/discard.ts';
import type { Joined } from '#waiting-room/line/joins.ts';
import type { Place } from '#waiting-room/line/place.ts';
import { type Used, type UseOutcome, viewOf } from '#waiting-room/line/sessions.ts';
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

/**
 * `number:generation:issued_at:expires_at`, and `:confirm_by` where it is not confirmed, and `/stopped` where pauses have
 * stopped admissions (lib/admission.lua).
 */
export function admission(row: Reply | undefined, visitor: VisitorId): Admission {
  const [times = '', stopped = '0'] = text(row).split('/');
  const [number = Number.NaN, generation = Number.NaN, issuedAt = Number.NaN, expiresAt = Number.NaN, confirmBy = 0] =
    times.split(':').map(Number);
  if (Number.isNaN(expiresAt)) throw unexpected(row);
  const confirmed = { visitor, number, generation, issuedAt, expiresAt, ...stoppedFor(Number(stopped)) };
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

const stoppedFor = (stopped: number): Pick<Admission, 'stopped'> => (stopped > 0 ? { stopped } : {});

/** An admission as it is, from one as it is stored. `stopped` is for how long pauses have stopped admissions. */
export function shifted(stored: Admission, { by, stopped }: { by: number; stopped: number }): Admission {
  const moved = { ...stored, issuedAt: stored.issuedAt + by, expiresAt: stored.expiresAt + by, ...stoppedFor(stopped) };
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
  return { ...countersOfSteps(reply), present: integer(list(reply)[8]) };
}

/** The same without those who are present. */
export function countersOfSteps(reply: Reply | undefined): StepCounters {
  const [queue, serving, waiting, claimed, active, completed, abandoned, expired] = list(reply);
  return {
    queue: integer(queue),
    serving: integer(serving),
    waiting: integer(waiting),
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

function entered([incarnation, generation, draw, from, granted]: readonly Reply[], count: number): Joined[] {
  const within = text(granted);
  return Array.from({ length: count }, (_, n) => ({
    incarnation: text(incarnation),
    generation: integer(generation),
    number: 0,
    entry: { draw: integer(draw), index: integer(from) + n },
    admission: null,
    budgeted: within[n] !== '0',
  }));
}

/** The numbers follow each other, and few were taken in. */
function numbered([named, first, from, granted, ...taken]: readonly Reply[], visitors: readonly VisitorId[]): Joined[] {
  const [incarnation, generation, number, within] = [text(named), integer(first), integer(from), text(granted)];
  const tickets = visitors.map(
    (_, index): Joined => ({
      incarnation,
      generation,
      number: number + index,
      entry: null,
      admission: null,
      budgeted: within[index] !== '0',
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
