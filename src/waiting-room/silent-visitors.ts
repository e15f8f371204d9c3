/**
 * Visitors who are named by their number alone, and whose clients are silent between joining and claiming: those of
 * AWS's API. They count as present until their number is used up or their turn has passed.
 */
import type { AdmissionLifecycle } from './admission-lifecycle.ts';
import type { BlockTickets } from './block-ticket.ts';
import type { DrawResults } from './draw-result.ts';
import type { EntryRequest } from './entry/entry-request.ts';
import type { GuardEntry } from './entry/guard-entry.ts';
import type { HeartbeatBuffer } from './heartbeat-buffer.ts';
import type { ImportedTickets } from './imported-tickets.ts';
import type { JoinRoom } from './join-room.ts';
import type { Joined } from './line/joins.ts';
import type { Place } from './line/place.ts';
import type { LineStore } from './ports/line.ts';
import type { RoomId } from './room.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';
import { standingOf } from './standing.ts';
import type { Ticket } from './ticket.ts';

export interface SilentVisitors {
  /** Rejects with RoomClosed, and with the refusals of `guardEntry`. The ticket's `visitor` is the id. */
  join(room: RoomId, request: EntryRequest): Promise<Ticket>;
  /** The ticket of an id in a room's current line, with its number, which is 0 before a draw. Null for any other text. */
  find(snapshot: Snapshot, id: string): Promise<Ticket | null>;
  /** Records a sign of life of a visitor. */
  hear(ticket: Ticket): void;
  place(snapshot: Snapshot, ticket: Ticket): Promise<Place>;
  /**
   * Takes the turn if it has come. `lifetime` is that of the admission, in ms. A visitor whose turn never expires may
   * take it as soon as a place is free.
   */
  claim(ticket: Ticket, options: { readonly lifetime: number; readonly expires: boolean }): Promise<Place>;
}

export interface SilentVisitorsDeps {
  readonly blockTickets: BlockTickets;
  readonly importedTickets: ImportedTickets;
  readonly guardEntry: GuardEntry;
  readonly joinRoom: JoinRoom;
  readonly admissions: Pick<AdmissionLifecycle, 'claim'>;
  readonly line: Pick<LineStore, 'rejoin'>;
  readonly snapshots: Snapshots;
  readonly heartbeats: HeartbeatBuffer;
  readonly draws: DrawResults;
  readonly now: () => number;
}

export function createSilentVisitors(deps: SilentVisitorsDeps): SilentVisitors {
  const { blockTickets, importedTickets, guardEntry, joinRoom, admissions, line, snapshots, heartbeats, draws, now } =
    deps;

  function hear(ticket: Ticket): void {
    if (ticket.number > 0) heartbeats.recordLasting(ticket.room, ticket, ticket.number);
    else if (ticket.entry) heartbeats.recordEntrant(ticket.room, ticket, ticket.entry);
  }

  return {
    async join(room, request) {
      const snapshot = await snapshots.get(room);
      guardEntry(snapshot, request);
      // These clients bring no proof. What the guard lets through counts as any other visitor.
      const newcomer = { visitor: (joined: Joined) => blockTickets.seal(room, joined), proven: true };
      const { ticket } = await joinRoom(room, newcomer, snapshot);
      hear(ticket);
      return ticket;
    },
    async find(snapshot, id) {
      const ticket = blockTickets.open(id, snapshot.settings.id, snapshot.view);
      if (!ticket) return importedTickets.find(snapshot, id);
      const standing = await standingOf(snapshot, ticket, draws);
      if (standing.kind === 'numbered') return standing.ticket;
      return standing.kind === 'entrant' ? ticket : null;
    },
    hear,
    place: (snapshot, ticket) => snapshots.place(snapshot, ticket),
    async claim(ticket, { lifetime, expires }) {
      const place = await admissions.claim(ticket, { lifetime, late: !expires, confirmed: true });
      // No place is free: the next one is theirs.
      if (place.state === 'missed' && !expires) return line.rejoin(ticket.room, ticket, now());
      return place;
    },
  };
}
