/** The public report of a draw, and the proof that an entrant can check. */
import { DRAW_ALGORITHM } from './draw.ts';
import type { DrawResults } from './draw-result.ts';
import type { DrawRecord } from './line/draw.ts';
import type { RoomId } from './room.ts';
import type { Snapshots } from './snapshots.ts';
import type { Ticket } from './ticket.ts';

/** Field names are public. The last three are null until the draw. The seed is hexadecimal. */
export interface DrawReport {
  readonly event: string;
  /** How the order follows from the seed (docs/draw.md); `arrival` if it is the order of arrival. */
  readonly algorithm: typeof DRAW_ALGORITHM | 'arrival';
  /** SHA-256 of the seed's bytes, hexadecimal. */
  readonly seed_hash: string;
  readonly committed_at: string;
  readonly entrants: number | null;
  readonly seed: string | null;
  readonly drawn_at: string | null;
}

/** An entrant's own place, with everything needed to compute it again. */
export interface OwnDraw {
  /** The rank among the entrants, in order of arrival from 0. */
  readonly entrant: number;
  /** The number before the first drawn one. */
  readonly base: number;
  readonly number: number;
}

export interface DrawReports {
  /** The draw of an event in the room's current generation; null if there is none. Rejects with RoomNotFound. */
  find(room: RoomId, event: string, ticket: Ticket | null): Promise<{ report: DrawReport; own: OwnDraw | null } | null>;
}

export function createDrawReports(snapshots: Pick<Snapshots, 'get'>, draws: DrawResults): DrawReports {
  async function ownDraw(room: RoomId, record: DrawRecord, ticket: Ticket | null): Promise<OwnDraw | null> {
    const { draw, drawnAt } = record;
    if (ticket?.entry?.draw !== draw || drawnAt === null) return null;
    const drawn = await draws.get(room, { ...ticket, draw, drawnAt });
    const entrant = drawn?.rankOf(ticket.entry.index) ?? null;
    return drawn && entrant !== null ? { entrant, base: record.base, number: drawn.numberOf(entrant) } : null;
  }

  return {
    async find(room, event, ticket) {
      const { view } = await snapshots.get(room);
      const record = view.draws.find((draw) => draw.event === event);
      if (!record) return null;
      const isCurrent = ticket?.incarnation === view.incarnation && ticket.generation === view.generation;
      const current = isCurrent ? ticket : null;
      return { report: drawReport(record), own: await ownDraw(room, record, current) };
    },
  };
}

/** The public report of a draw. */
export function drawReport({ event, order, seedHash, committedAt, entrants, seed, drawnAt }: DrawRecord): DrawReport {
  return {
    event,
    algorithm: order === 'draw' ? DRAW_ALGORITHM : 'arrival',
    seed_hash: seedHash,
    committed_at: new Date(committedAt).toISOString(),
    entrants,
    seed: seed === null ? null : Buffer.from(seed, 'base64url').toString('hex'),
    drawn_at: drawnAt === null ? null : new Date(drawnAt).toISOString(),
  };
}
