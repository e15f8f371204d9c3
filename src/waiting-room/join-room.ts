import type { Emit } from './activity.ts';
import type { AdmissionLifecycle } from './admission-lifecycle.ts';
import { RoomClosed } from './errors.ts';
import { waitOf } from './facts.ts';
import type { Join } from './join-batcher.ts';
import { inLane } from './lanes.ts';
import type { Admission } from './line/admission.ts';
import type { Entrant, Joined } from './line/joins.ts';
import type { RoomId } from './room.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';
import type { Ticket, TicketStanding } from './ticket.ts';
import type { VisitorId } from './visitor.ts';

/** What a visitor has after arriving. */
export interface Arrival {
  readonly ticket: Ticket;
  readonly admission: Admission | null;
  /** Whether the ticket is new and has to be handed to the visitor. */
  readonly isNew: boolean;
  /** Whether the join made the admission. */
  readonly isFirst?: boolean;
  /** Whether the place was in another browser before, which loses it. */
  readonly movesHere?: boolean;
}

/** A visitor who is to get a number, and what they have shown. */
export interface Newcomer extends Omit<Entrant, 'claim' | 'visitor'> {
  /** A visitor whose id follows from the number is not admitted at once: a free place is held for them. */
  readonly visitor: VisitorId | ((joined: Joined) => VisitorId);
}

/** Joins the lane of the snapshot. Rejects with RoomClosed when the room takes no newcomers. */
export type JoinRoom = (room: RoomId, newcomer: Newcomer, snapshot: Snapshot) => Promise<Arrival>;

export interface JoinRoomDeps {
  readonly join: Join;
  readonly admissions: Pick<AdmissionLifecycle, 'began'>;
  readonly snapshots: Pick<Snapshots, 'expire'>;
  readonly now: () => number;
  readonly emit: Emit;
}

/**
 * Issues a number to a newcomer, and an admission if a place is free. This is the only way into a line: every door's
 * new visitors and every visitor who rejoins at the back come through here.
 */
export function createJoinRoom({ join, admissions, snapshots, now, emit }: JoinRoomDeps): JoinRoom {
  return async (room, newcomer, snapshot) => {
    const { line, lane } = snapshot;
    const { visitor: name } = newcomer;
    const isNamed = typeof name === 'string';
    const joined = await join(line, { ...newcomer, visitor: isNamed ? name : '', claim: isNamed });
    if (!joined) {
      // The snapshot is older than the closing: drop it, so that the waiting page says that the room is closed.
      if (snapshot.settings.mode !== 'closed') snapshots.expire(room);
      throw new RoomClosed(room);
    }
    const { incarnation, generation, number, entry, admission } = joined;
    const visitor = isNamed ? name : name(joined);
    const ahead = entry || admission ? 0 : snapshot.ahead(number);
    const predicted = entry || admission ? null : waitOf(snapshot, ahead);
    emit('ticket.issued', {
      room,
      ...inLane(lane),
      sub: visitor,
      number: entry ? null : number,
      admitted: admission !== null,
    });
    if (admission) admissions.began(room, admission, lane);
    return {
      ticket: {
        room,
        ...inLane(lane),
        incarnation,
        generation,
        number,
        entry,
        visitor,
        joinedAt: now(),
        predicted,
        standing: standingOf(newcomer, joined),
        ...(ahead > 0 ? { aheadAtJoin: ahead } : {}),
      },
      admission,
      isNew: true,
      isFirst: admission?.number === number,
    };
  };
}

function standingOf({ proven = false }: Newcomer, { budgeted }: Joined): TicketStanding {
  if (proven) return 'proven';
  return budgeted ? 'budgeted' : 'unproven';
}
