/** Visitors, and among them those of rehearsals: they are inside without a place, and no line hears of them. */
import { limitsOf } from '../entry/entry-settings.ts';
import { type Facts, servedFacts } from '../facts.ts';
import type { SharedCounts } from '../ports/shared-counts.ts';
import type { RoomId } from '../room.ts';
import type { Snapshots } from '../snapshots.ts';
import type { Ticket } from '../ticket.ts';
import type { VisitorId } from '../visitor.ts';
import type { Visitors } from '../visitors.ts';
import type { RehearsalAdmissions } from './admissions.ts';
import { createRehearsalUses } from './uses.ts';

export interface RehearsedVisitorsDeps {
  readonly admissions: RehearsalAdmissions;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly sharedCounts: SharedCounts;
  readonly now: () => number;
}

/** The ticket of a rehearsal's visitor, for the cookie of those who are inside. */
export async function rehearsalTicket(
  snapshots: Pick<Snapshots, 'get'>,
  room: RoomId,
  visitor: VisitorId,
  now: number,
): Promise<Ticket> {
  const { incarnation, generation } = (await snapshots.get(room)).view;
  return {
    ...{ room, incarnation, generation, number: 0, visitor, joinedAt: now },
    ...{ entry: null, predicted: null, standing: 'proven' },
  };
}

export function withRehearsals(visitors: Visitors, deps: RehearsedVisitorsDeps): Visitors {
  const { admissions, snapshots, sharedCounts, now } = deps;
  const useRehearsal = createRehearsalUses({ sharedCounts, now });
  const admissionOf = admissions.find;

  async function rehearsedFacts(ticket: Ticket): Promise<Facts> {
    const admission = await admissionOf(ticket.room, ticket.visitor);
    if (!admission) return visitors.facts(ticket);
    const place = { state: 'admitted', admission, first: false } as const;
    return servedFacts(await snapshots.get(ticket.room), ticket, place) ?? visitors.facts(ticket);
  }

  return {
    ...visitors,
    async arrive(room, brought) {
      const { inside = null, visitor } = brought;
      for (const each of [inside?.visitor, visitor]) {
        const admission = each ? await admissionOf(room, each) : null;
        if (!admission) continue;
        return { ticket: await rehearsalTicket(snapshots, room, admission.visitor, now()), admission, isNew: false };
      }
      return visitors.arrive(room, brought);
    },
    admission: async (room, visitor) => (await admissionOf(room, visitor)) ?? visitors.admission(room, visitor),
    confirm: async (room, visitor, issued) =>
      (await admissionOf(room, visitor)) ?? visitors.confirm(room, visitor, issued),
    stay: async (room, visitor) => (await admissionOf(room, visitor)) ?? visitors.stay(room, visitor),
    async useAdmission(room, use) {
      const admission = await admissionOf(room, use.visitor);
      if (!admission) return visitors.useAdmission(room, use);
      const { sessions_per_admission } = limitsOf((await snapshots.get(room)).settings);
      return useRehearsal(room, admission, use, sessions_per_admission);
    },
    async claim(ticket, confirmed) {
      const admission = await admissionOf(ticket.room, ticket.visitor);
      return admission ? { state: 'admitted', admission, first: false } : visitors.claim(ticket, confirmed);
    },
    rejoin: async (ticket, request) =>
      (await admissionOf(ticket.room, ticket.visitor)) ? ticket : visitors.rejoin(ticket, request),
    async leave(ticket) {
      if (!(await admissions.endOf(ticket.room, ticket.visitor))) await visitors.leave(ticket);
    },
    async depart(room, visitor, reason) {
      if (!(await admissions.endOf(room, visitor))) await visitors.depart(room, visitor, reason);
    },
    isInside: async (ticket) => (await admissionOf(ticket.room, ticket.visitor)) !== null || visitors.isInside(ticket),
    // Polls must not wait for a promise: only a rehearsal's ticket has no number.
    facts: (ticket) => (ticket.number === 0 && ticket.entry === null ? rehearsedFacts(ticket) : visitors.facts(ticket)),
  };
}
