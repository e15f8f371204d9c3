/** Drops the notice of a visitor who leaves the line, or rejoins it with another number, by whatever door. */
import { noticeLineOf } from './notice-requests.ts';
import type { NoticeQueue } from './ports/notice-queue.ts';
import type { Snapshots } from './snapshots.ts';
import type { Ticket } from './ticket.ts';
import type { Visitors } from './visitors.ts';

export function forgettingNotices(
  visitors: Visitors,
  queue: Pick<NoticeQueue, 'forget'>,
  snapshots: Pick<Snapshots, 'get'>,
): Visitors {
  /** In a room that offers none, there are none. */
  async function forget(ticket: Ticket): Promise<void> {
    const { notify } = (await snapshots.get(ticket.room)).settings;
    if (notify) await queue.forget(noticeLineOf(ticket), ticket.visitor);
  }

  return {
    ...visitors,
    async leave(ticket) {
      // First: a visitor who has left asks only once.
      await forget(ticket);
      await visitors.leave(ticket);
    },
    async rejoin(ticket, request) {
      const rejoined = await visitors.rejoin(ticket, request);
      if (rejoined.number !== ticket.number || rejoined.generation !== ticket.generation) await forget(ticket);
      return rejoined;
    },
  };
}
