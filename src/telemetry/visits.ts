import { AnteroomError, type ErrorCode, StoreOverloaded } from '#waiting-room/errors.ts';
import type { UseOutcome } from '#waiting-room/line/sessions.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { CopyOutcome, JoinOutcome, Metrics } from './metrics.ts';

const OUTCOMES: { readonly [code in ErrorCode]?: JoinOutcome } = {
  room_closed: 'closed',
  room_full: 'full',
  challenge_required: 'challenged',
  entry_refused: 'refused',
  frame_refused: 'refused',
  pass_required: 'refused',
  pass_invalid: 'refused',
};

const COPIES: { readonly [outcome in UseOutcome]?: CopyOutcome } = {
  forked: 'admitted',
  copied: 'refused',
  'taken over': 'took_over',
};

type VisitMetrics = Pick<Metrics, 'joined' | 'claimed' | 'copied' | 'waited'>;

/** Measures the waits that ended, and counts refused and repeated joins and claims. Successful ones are activity events, and are counted as such. */
export function countVisits(visitors: Visitors, metrics: VisitMetrics, now: () => number): Visitors {
  const refused = (room: string) => (error: unknown) => {
    const outcome = error instanceof AnteroomError ? OUTCOMES[error.code] : undefined;
    if (outcome) metrics.joined(room, outcome);
    if (error instanceof StoreOverloaded) metrics.joined(room, 'overloaded');
    throw error;
  };
  return {
    ...visitors,
    arrive: (room, brought) => visitors.arrive(room, brought).catch(refused(room)),
    rejoin: (ticket, request) => visitors.rejoin(ticket, request).catch(refused(ticket.room)),
    async claim(ticket, confirmed) {
      const place = await visitors.claim(ticket, confirmed);
      if (place.state !== 'admitted') metrics.claimed(ticket.room, 'refused');
      else if (!place.first) metrics.claimed(ticket.room, 'repeated');
      // The ids of AWS's clients do not say when they joined.
      else if (ticket.joinedAt > 0) metrics.waited(ticket.room, (now() - ticket.joinedAt) / 1000, middleOf(ticket));
      return place;
    },
    async useAdmission(room, use) {
      const used = await visitors.useAdmission(room, use);
      const outcome = used && COPIES[used.outcome];
      if (outcome) metrics.copied(room, outcome);
      return used;
    },
  };
}

/** In seconds. Null if nothing was predicted. */
function middleOf({ predicted }: Pick<Ticket, 'predicted'>): number | null {
  return predicted ? (predicted.low + predicted.high) / 2 : null;
}
