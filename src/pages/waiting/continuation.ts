import type { Context } from 'koa';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import type { Pending, PendingRequest, PendingReturn } from './address.ts';

/** A visitor who waited and has been admitted. */
export interface Admitted<P extends Pending> {
  readonly room: string;
  readonly pending: P;
  readonly ticket: Ticket;
  /** The fields of the page's form. */
  readonly form: URLSearchParams;
  readonly admission: Admission;
}

/** How a door continues with the visitors who came through it. */
export interface Continuation<P extends Pending> {
  /** Whether a claim confirms the admission, as nothing comes back after the answer to it. */
  readonly confirmsClaims: boolean;
  /** The URL that leads through the door once more, where the visitor gets a ticket. Null if there is none. */
  restartUrl(room: string, pending: P): string | null;
  /** The same with a mark, so that it happens once. Null if there is no such URL or it is marked already. */
  retryUrl(room: string, pending: P): string | null;
  /** Where the site starts over, for a request that cannot be finished. Null if it is not known. */
  freshUrl(room: string, pending: P): Promise<string | null>;
  /** The page of the site for a visitor who will not get in. Null if it is not known. */
  landingUrl(room: string, pending: P): Promise<string | null>;
  /** The host that the visitor continues to; null for an app's own scheme, or if it is not known. */
  siteOf(pending: P): string | null;
  /** Whether the pending request belongs to another visitor than the browser's, which is null if it has none. */
  isForeign(pending: P, visitor: VisitorId | null): boolean;
  /** Whether `ask` may show a page. Where it says no, `ask` does nothing. */
  mayAsk(pending: P): boolean;
  /**
   * Shows a visitor who is inside a page of the door's own instead of the waiting page, where the door has to ask them
   * before it continues. Resolves with whether it did.
   */
  ask(ctx: Context, visit: Pick<Admitted<P>, 'room' | 'pending' | 'ticket'>): Promise<boolean>;
  /** Answers the visitor's request, usually with a redirect. */
  resume(ctx: Context, admitted: Admitted<P>): Promise<void>;
}

/** One for each kind of pending request. */
export interface Continuations {
  readonly request: Continuation<PendingRequest>;
  readonly return: Continuation<PendingReturn>;
}

export function continuationOf(continuations: Continuations, pending: Pending): Continuation<Pending> {
  return (pending.kind === 'return' ? continuations.return : continuations.request) as Continuation<Pending>;
}
