/**
 * What became of the message that a marked page's visitor asked for. The store is asked only about messages that are due.
 * Until then they wait, and after that the mark of the page says what happened.
 */
import { isDue } from '#waiting-room/due-notices.ts';
import type { Facts } from '#waiting-room/facts.ts';
import type { NoticeRequests } from '#waiting-room/notice-requests.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { NoticeState } from './notice-state.ts';
import { stateAfter } from './notice-state.ts';

export interface NoticeProgressDeps {
  readonly snapshots: Pick<Snapshots, 'ofTicket'>;
  readonly noticeRequests: Pick<NoticeRequests, 'progress'>;
}

/** What the visitor's page is marked with by now, and whether a message is sent at once at this time. */
export interface CurrentNotice {
  readonly state: NoticeState | null;
  readonly isDue: boolean;
}

export type NoticeProgressOf = (ticket: Ticket, facts: Facts, state: NoticeState | null) => Promise<CurrentNotice>;

export function createNoticeProgress({ snapshots, noticeRequests }: NoticeProgressDeps): NoticeProgressOf {
  return async (ticket, { estimated_wait: wait }, state) => {
    const snapshot = await snapshots.ofTicket(ticket);
    const due = snapshot !== null && isDue(snapshot, wait);
    if (!due || (state !== 'kept' && state !== 'pushed')) return { state, isDue: due };
    // The page can do without.
    const progress = await noticeRequests.progress(snapshot, ticket).catch(() => 'waiting' as const);
    return { state: stateAfter(state, progress), isDue: true };
  };
}
