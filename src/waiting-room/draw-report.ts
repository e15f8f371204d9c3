/** The public report of a draw, and the proof that an entrant can check. */
import { DRAW_ALGORITHM } from './draw.ts';
import type { DrawResults } from './draw-result.ts';
import { type LineId, laneTitle } from './lanes.ts';
import type { DrawRecord } from './line/draw.ts';
import type { RoomId } from './room.ts';
import { type Snapshot, type Snapshots, snapshotOfLane } from './snapshots.ts';
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

/** The report of a room with lanes: that of the default lane, and each lane by name, as each has a draw of its own. */
export interface RoomDrawReport extends DrawReport {
  readonly lanes?: Readonly<Record<string, DrawReport>>;
}

export interface FoundDraw {
  /** The same for all. */
  readonly report: RoomDrawReport;
  /** Of the lane of the ticket. */
  readonly ofLane: DrawReport;
  readonly own: OwnDraw | null;
}

export interface DrawReports {
  /** The draw of an event in the room's current generation; null if there is none. Rejects with RoomNotFound. */
  find(room: RoomId, event: string, ticket: Ticket | null): Promise<FoundDraw | null>;
}

export function createDrawReports(snapshots: Pick<Snapshots, 'get'>, draws: DrawResults): DrawReports {
  async function ownDraw(line: LineId, record: DrawRecord, ticket: Ticket | null): Promise<OwnDraw | null> {
    const { draw, drawnAt } = record;
    if (ticket?.entry?.draw !== draw || drawnAt === null) return null;
    const drawn = await draws.get(line, { ...ticket, draw, drawnAt });
    const entrant = drawn?.rankOf(ticket.entry.index) ?? null;
    return drawn && entrant !== null ? { entrant, base: record.base, number: drawn.numberOf(entrant) } : null;
  }

  return {
    async find(room, event, ticket) {
      const snapshot = await snapshots.get(room);
      const recordIn = ({ view }: Snapshot) => view.draws.find((draw) => draw.event === event);
      const lane = snapshotOfLane(snapshot, ticket?.lane) ?? snapshot;
      const [record, ofLane] = [recordIn(snapshot), recordIn(lane)];
      if (!record || !ofLane) return null;
      const { view } = lane;
      const isCurrent = ticket?.incarnation === view.incarnation && ticket.generation === view.generation;
      const lanes = snapshot.lanes.length === 0 ? [] : [snapshot, ...snapshot.lanes];
      const reports = lanes.flatMap((each) => {
        const its = recordIn(each);
        return its ? [[laneTitle(each.lane), drawReport(its)] as const] : [];
      });
      return {
        report: { ...drawReport(record), ...(reports.length > 0 ? { lanes: Object.fromEntries(reports) } : {}) },
        ofLane: drawReport(ofLane),
        own: await ownDraw(lane.line, ofLane, isCurrent ? ticket : null),
      };
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
