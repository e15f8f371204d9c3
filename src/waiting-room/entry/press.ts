import { asksForProof } from '../line-rules.ts';
import type { RoomSettings } from '../room.ts';
import type { Ticket } from '../ticket.ts';

/** The page asks for a press at least so often, in ms: its texts say ten minutes. */
const ASKED_EVERY = 10 * 60_000;

/** The shortest time from the join, or a press that counted, to the next press that counts, in ms. */
export const PRESSES_APART = 5 * 60_000;

/**
 * How long loads of the page keep a visitor present after the join or a press, in ms. A visitor who presses as often
 * as the page asks is in time, even where a press came too early to count.
 */
export const PRESS_LASTS = ASKED_EVERY + PRESSES_APART;

/**
 * Whether loads of the waiting page keep a visitor present for a while only, until “Check again” is pressed: a visitor
 * without a proof, within the budget of the address. Beyond it a proof is needed, which a press is not.
 */
export const hasToPress = (settings: RoomSettings, { standing }: Pick<Ticket, 'standing'>): boolean =>
  standing === 'budgeted' && asksForProof(settings) && settings.mode !== 'passthrough';

/** A press, as the time that the waiting page's address was stamped with; null where it has none. */
type PressedAt = number | null;

/** Whether a load of the waiting page counts as a heartbeat. Requests for the facts always do. */
export function isPageHeartbeat(settings: RoomSettings, ticket: Ticket, pressedAt: PressedAt, now: number): boolean {
  return !hasToPress(settings, ticket) || now - lastSign(ticket, pressedAt) <= PRESS_LASTS;
}

/** Whether a press counts, or comes before its time. */
export function isPressDue(ticket: Ticket, pressedAt: PressedAt, now: number): boolean {
  return ticket.standing === 'budgeted' && now - lastSign(ticket, pressedAt) >= PRESSES_APART;
}

const lastSign = ({ joinedAt }: Ticket, pressedAt: PressedAt): number => Math.max(joinedAt, pressedAt ?? 0);
