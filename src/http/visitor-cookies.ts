/**
 * A visitor's cookies: the visitor's id, and for each room a ticket and the ticket that was admitted. They are sealed,
 * and scripts cannot read them.
 *
 * A ticket of a line that was reset is kept beside the one that replaces it, for as long as the reset can be undone.
 *
 * The admitted ticket has a cookie of its own because tabs that open at the same moment in a browser without cookies
 * each get a ticket. The browser keeps the last one, which may wait while another is admitted.
 */
import type { Admission } from '#waiting-room/line/admission.ts';
import { RESET_KEPT_FOR } from '#waiting-room/line/settle.ts';
import type { Ticket, TicketOffice } from '#waiting-room/ticket.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import { AFTER_ADMISSION, admissionCookieAge } from './admission-cookie-age.ts';

const DAY = 24 * 60 * 60;
/** A place survives a phone that sleeps over a weekend. */
const TICKET_AGE = 7 * DAY;
const VISITOR_AGE = 30 * DAY;
/** How long, in seconds, every tab of a visitor who left says that they left, instead of joining again. */
const LEFT_AGE = DAY;
/** How long a reset can be undone, in seconds. */
const FORMER_AGE = RESET_KEPT_FOR / 1000;
/** The value that replaces the ticket. It does not open as a ticket. */
const LEFT = 'left';

export interface VisitorCookies {
  visitor(cookieHeader: string | undefined): VisitorId | null;
  ticket(cookieHeader: string | undefined, room: string): Ticket | null;
  /** The ticket that was admitted last. Only the store knows whether its admission is still live. */
  inside(cookieHeader: string | undefined, room: string): Ticket | null;
  /** The ticket of the line before the one that `ticket` is of. */
  former(cookieHeader: string | undefined, room: string): Ticket | null;
  /** `Set-Cookie` value that keeps an admitted ticket for the rest of its admission, and a day more. */
  keepInside(ticket: Ticket, admission: Admission): string;
  /** `Set-Cookie` values that give a visitor their ticket, and keep the one that it replaces, if that is of another line. */
  give(ticket: Ticket, replaced?: Ticket | null): string[];
  /** `Set-Cookie` values that name a visitor who has no ticket yet. */
  name(visitor: VisitorId): string[];
  /** `Set-Cookie` values that remove a room's ticket and record that the visitor left the line. */
  take(room: string): string[];
  /** Whether the visitor left the line within the last day and has not joined it again. */
  hasLeft(cookieHeader: string | undefined, room: string): boolean;
}

/**
 * SameSite is Lax: with Strict, a navigation from the relying party would come without cookies and get a second number.
 * Over https the names begin with `__Host-`, so that no other host or path can set them.
 */
export function createVisitorCookies(tickets: TicketOffice, secure: boolean, now: () => number): VisitorCookies {
  const prefix = secure ? '__Host-' : '';
  const visitorName = `${prefix}anteroom_visitor`;
  const ticketName = (room: string) => `${prefix}anteroom_ticket_${room}`;
  const formerName = (room: string) => `${prefix}anteroom_former_${room}`;
  const insideName = (room: string) => `${prefix}anteroom_inside_${room}`;
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  const set = (name: string, value: string, age: number) => `${name}=${value}; Max-Age=${age}${attributes}`;

  function openTicket(header: string | undefined, name: string, room: string): Ticket | null {
    const sealed = cookieValue(header, name);
    return sealed ? tickets.open(sealed, room) : null;
  }

  return {
    visitor(header) {
      const sealed = cookieValue(header, visitorName);
      return sealed ? tickets.openVisitor(sealed) : null;
    },
    ticket: (header, room) => openTicket(header, ticketName(room), room),
    former: (header, room) => openTicket(header, formerName(room), room),
    inside: (header, room) => openTicket(header, insideName(room), room),
    keepInside: (ticket, admission) =>
      set(insideName(ticket.room), tickets.seal(ticket), admissionCookieAge(admission, now())),
    give: (ticket, replaced = null) => [
      set(visitorName, tickets.sealVisitor(ticket.visitor), VISITOR_AGE),
      set(ticketName(ticket.room), tickets.seal(ticket), TICKET_AGE),
      ...(replaced && isOfAnotherLine(replaced, ticket)
        ? [set(formerName(ticket.room), tickets.seal(replaced), FORMER_AGE)]
        : []),
    ],
    name: (visitor) => [set(visitorName, tickets.sealVisitor(visitor), VISITOR_AGE)],
    take: (room) => [set(ticketName(room), LEFT, LEFT_AGE)],
    hasLeft: (header, room) => cookieValue(header, ticketName(room)) === LEFT,
  };
}

/** Whether a ticket of the same visitor is of a line that was in the place of the other one's. */
function isOfAnotherLine(one: Ticket, other: Ticket): boolean {
  const isSameLine = one.incarnation === other.incarnation && one.generation === other.generation;
  return !isSameLine && one.lane === other.lane && one.visitor === other.visitor;
}

/** A cookie as the page about storage describes it. */
export interface DescribedCookie {
  readonly name: string;
  readonly purpose: 'visitor' | 'ticket' | 'inside' | 'login';
  /** How long browsers keep it, in seconds. */
  readonly age: number;
}

/** @param lifetime of an admission, in seconds. The cookies of a login last no longer. */
export function describeCookies(room: string, secure: boolean, lifetime: number): readonly DescribedCookie[] {
  const prefix = secure ? '__Host-' : '';
  return [
    { name: `${prefix}anteroom_visitor`, purpose: 'visitor', age: VISITOR_AGE },
    { name: `${prefix}anteroom_ticket_${room}`, purpose: 'ticket', age: TICKET_AGE },
    { name: `${prefix}anteroom_former_${room}`, purpose: 'ticket', age: FORMER_AGE },
    { name: `${prefix}anteroom_inside_${room}`, purpose: 'inside', age: lifetime + AFTER_ADMISSION },
    { name: `${prefix}anteroom_serial_${room}`, purpose: 'inside', age: lifetime + AFTER_ADMISSION },
    { name: `${prefix}anteroom_session`, purpose: 'login', age: lifetime },
    { name: `${prefix}anteroom_session.sig`, purpose: 'login', age: lifetime },
  ];
}

/** The value of one cookie in a `Cookie` header (RFC 6265 §4.2), not decoded: ours need no decoding. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  if (!header) return undefined;
  let at = header.indexOf(name);
  while (at >= 0 && !isNamed(header, at, name.length)) at = header.indexOf(name, at + 1);
  if (at < 0) return undefined;
  const from = at + name.length + 1;
  const end = header.indexOf(';', from);
  return header.slice(from, end < 0 ? undefined : end);
}

/** Whether what is found there is the whole name of a cookie. */
function isNamed(header: string, at: number, length: number): boolean {
  return header[at + length] === '=' && (at === 0 || header[at - 1] === ' ' || header[at - 1] === ';');
}
