/**
 * Presses of “Check again”, and of the page's other buttons, by visitors without a proof. The form's answer marks the
 * waiting page's address with a keyed stamp over the time and the ticket, so reloads bring it and no store keeps it.
 * Pages of an earlier version ignore the mark.
 */
import { isPageHeartbeat, isPressDue } from '#waiting-room/entry/press.ts';
import type { Facts } from '#waiting-room/facts.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Seal } from '#waiting-room/seal.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { Visitors } from '#waiting-room/visitors.ts';

const MARK = 'anteroom_pressed';
const MARKED = new RegExp(`(?:^|[?&])${MARK}=(\\d{1,15})\\.([\\w-]{22})(?:&|$)`);

export interface PressesDeps {
  readonly visitors: Pick<Visitors, 'facts' | 'shownFacts'>;
  readonly seal: Pick<Seal, 'stamp' | 'isStampOf'>;
  readonly now: () => number;
}

export interface Presses {
  /**
   * The facts that a load of the page shows. It counts as a heartbeat, unless the last press is too long ago.
   *
   * @param settings null while they are not known.
   */
  facts(settings: RoomSettings | null, ticket: Ticket, query: string): Facts | Promise<Facts>;
  /** The page's address after a press on the page with this query. */
  after(page: string, ticket: Ticket, query: string): string;
}

export function createPresses({ visitors, seal, now }: PressesDeps): Presses {
  const stamped = ({ room, visitor }: Ticket, at: string) => `pressed ${room} ${visitor} ${at}`;

  function pressedAt(ticket: Ticket, query: string): number | null {
    // Nobody else has to press.
    const [, at, stamp] = (ticket.standing === 'budgeted' && MARKED.exec(query)) || [];
    return at && stamp && seal.isStampOf(stamped(ticket, at), stamp) ? Number(at) : null;
  }

  return {
    facts(settings, ticket, query) {
      const counts = !settings || isPageHeartbeat(settings, ticket, pressedAt(ticket, query), now());
      return counts ? visitors.facts(ticket) : visitors.shownFacts(ticket);
    },
    after(page, ticket, query) {
      const last = pressedAt(ticket, query);
      const at = isPressDue(ticket, last, now()) ? now() : last;
      if (at === null) return page;
      return `${page}&${MARK}=${at}.${seal.stamp(stamped(ticket, `${at}`))}`;
    },
  };
}

/** The page's address without the mark. */
export const withoutPress = (url: string): string =>
  url.replace(/([?&])anteroom_pressed=[^&]*(&|$)/, (_, before: string, after: string) => (after ? before : ''));
