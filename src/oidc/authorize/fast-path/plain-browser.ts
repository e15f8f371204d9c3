/** What a browser brings along, if no cookie of it can change the answer but its ticket. */
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

export type PlainBrowser =
  /** It has been to no room yet. */
  | { readonly kind: 'newcomer' }
  /** It has a ticket of the room, and its visitor is the ticket's. */
  | { readonly kind: 'holder'; readonly ticket: Ticket };

/** Any cookie of the service, and of oidc-provider, has this in its name. */
const OURS = /anteroom_([a-z]*)/g;
/** The language of pages, and when the newest login started. */
const NEUTRAL: ReadonlySet<string> = new Set(['lang', 'newest']);
const OF_HOLDERS: ReadonlySet<string> = new Set(['visitor', 'ticket', 'former']);

export type ReadPlainBrowser = (cookieHeader: string | undefined, room: RoomId) => PlainBrowser | null;

/** Null for a browser with any other cookie of the service: it may be inside, or in a login loop. */
export function createReadPlainBrowser(cookies: Pick<VisitorCookies, 'visitor' | 'ticket'>): ReadPlainBrowser {
  return (header, room) => {
    if (!header?.includes('anteroom_')) return { kind: 'newcomer' };
    const kinds = [...header.matchAll(OURS)].map(([, kind = '']) => kind).filter((kind) => !NEUTRAL.has(kind));
    if (kinds.length === 0) return { kind: 'newcomer' };
    if (!kinds.every((kind) => OF_HOLDERS.has(kind))) return null;
    const ticket = cookies.ticket(header, room);
    if (!ticket || ticket.visitor !== cookies.visitor(header)) return null;
    return { kind: 'holder', ticket };
  };
}
