/** What the scripts reply that show a line, or its draws. */
import type { LineView } from '#waiting-room/line/counters.ts';
import type { DrawOpening, DrawRecord, DrawResult } from '#waiting-room/line/draw.ts';
import type { RememberedDraw } from '#waiting-room/line/lost-draws.ts';
import { lapsedShare } from '#waiting-room/line/provisional.ts';
import type { DrawOrder, Mode } from '#waiting-room/room.ts';
import { type KnownPresent, presentOf } from './known-present.ts';
import { bytes, counters, integer, list, text, unexpected } from './replies.ts';
import type { Reply } from './script.ts';

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
export function view(reply: readonly Reply[], known?: KnownPresent): LineView {
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
    lineage,
    epoch,
    stopped,
    stoppedAt,
  ] = list(more);
  const [inletState, signal, meter, told, allotments] = list(texts).map(textOrNone);
  const [within, outside] = list(predicted).map(integer);
  return {
    incarnation: text(incarnation),
    generation: integer(generation),
    lineage: text(lineage),
    epoch: integer(epoch),
    clock: integer(clock),
    shifted: integer(shiftedBy),
    stopped: integer(stopped),
    stoppedAt: integer(stoppedAt),
    counters: counters(counts),
    mode: text(mode) as Mode,
    size: integer(size),
    sizeVersion: Math.max(0, integer(sizeVersion) - 1),
    inside: integer(inside),
    held: integer(held),
    present: presentOf(present, integer(presentFrom), known),
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
