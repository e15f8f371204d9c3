import type { Ticket } from '#waiting-room/ticket.ts';

/**
 * Whether a visitor has another number than before because the line was reset, or a reset was undone. Before a draw they
 * have none.
 *
 * @param former the ticket that theirs replaced, as long as the browser keeps it.
 */
export function isRenumbered(former: Ticket | null, ticket: Ticket, number: number | null): boolean {
  if (!former || former.visitor !== ticket.visitor || former.lane !== ticket.lane) return false;
  return former.number > 0 && (number ?? 0) > 0 && former.number !== number;
}
