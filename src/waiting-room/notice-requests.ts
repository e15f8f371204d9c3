/**
 * Visitors who wait may ask for one message ahead of their turn. The address is sealed, and leaves the store as it is
 * used. Who asks, and for whom, is limited: nobody can use the room to flood a mailbox.
 */
import { narrowOf } from './entry/address-key.ts';
import { lineOf } from './lanes.ts';
import { NOTICES_KEPT, type NoticeLine, type NoticeProgress, type NoticeQueue } from './ports/notice-queue.ts';
import type { SharedCounts } from './ports/shared-counts.ts';
import { type PushSubscription, readPushSubscription } from './push-subscription.ts';
import type { Seal } from './seal.ts';
import type { Snapshot } from './snapshots.ts';
import type { Ticket } from './ticket.ts';
import type { VisitorId } from './visitor.ts';

/** The most visitors of a line who are sent one. */
const CAPACITY = 20_000;
/** So many messages to one address, and requests of one network, within an hour and at most two. */
const PER_RECIPIENT = 3;
const PER_NETWORK = 60;
/** So many requests of one network within the time that notices are kept. */
const KEPT_PER_NETWORK = 200;
const HOUR = 60 * 60_000;
/** Characters: the longest address of a waiting page that the service makes. */
const LONGEST_PAGE = 8000;
/** The same in a notification, which must be shorter than 4 KB. */
const LONGEST_PUSHED_PAGE = 2500;

/** Where a message goes: an e-mail address, or a browser. */
export type NoticeRecipient = { readonly to: string } | { readonly push: PushSubscription };

/** What is sealed. */
export type NoticeContent = NoticeRecipient & {
  /** The language of the page: a BCP 47 code. */
  readonly lang: string;
  /** The URL of the visitor's waiting page. */
  readonly page: string;
};

export interface NoticeRequest {
  readonly channel: 'email' | 'push';
  /** An e-mail address, or a push subscription in JSON. */
  readonly recipient: string;
  readonly lang: string;
  readonly page: string;
  /** Of the sender: what `addressKey` answers. */
  readonly network: string;
}

export interface NoticeRequests {
  /** What the service can send. */
  readonly sends: { readonly email: boolean; readonly push: boolean };
  /** False for a recipient that cannot be used, beyond the limits, and where the line has no room for another. */
  ask(ticket: Ticket, request: NoticeRequest): Promise<boolean>;
  /** What became of the last request of a visitor. The store is asked once a snapshot. */
  progress(snapshot: Snapshot, ticket: Ticket): Promise<NoticeProgress>;
  forget(ticket: Ticket): Promise<void>;
}

export interface NoticeRequestsDeps {
  readonly sendsEmail: boolean;
  /** Where notifications may go; null: nowhere. */
  readonly pushHosts: readonly string[] | null;
  readonly queue: Pick<NoticeQueue, 'put' | 'progress' | 'forget'>;
  readonly sharedCounts: SharedCounts;
  readonly seal: Pick<Seal, 'seal' | 'stamp'>;
  readonly now: () => number;
}

/** RFC 5321 §4.1.2, without quoted strings and address literals; §4.5.3.1 has the lengths. */
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const LOCAL = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+";
const EMAIL = new RegExp(`^(?=[^@]{1,64}@)${LOCAL}(?:\\.${LOCAL})*@(?:${LABEL}\\.)+${LABEL}$`, 'i');
const LONGEST_EMAIL = 254;

export const isEmail = (text: string): boolean => text.length <= LONGEST_EMAIL && EMAIL.test(text);

export const noticeContext = ({ line }: Pick<NoticeLine, 'line'>): string => `notice of ${line}`;

/** The generation of a line that a ticket is of. */
export const noticeLineOf = (ticket: Ticket): NoticeLine => ({
  line: lineOf(ticket),
  incarnation: ticket.incarnation,
  generation: ticket.generation,
});

/**
 * The mailbox that an address leads to, as most mail servers see it: what follows a `+` is a tag (RFC 5233). Only the
 * limit goes by it. The message goes to the address as it was given.
 */
function mailboxOf(address: string): string {
  const at = address.lastIndexOf('@');
  const tag = address.indexOf('+', 1);
  return (tag > 0 && tag < at ? address.slice(0, tag) + address.slice(at) : address).toLowerCase();
}

export function createNoticeRequests(deps: NoticeRequestsDeps): NoticeRequests {
  const { sendsEmail, pushHosts, queue, sharedCounts, seal, now } = deps;

  let asked = new WeakMap<Snapshot, Map<VisitorId, Promise<NoticeProgress>>>();

  /** Counts one more. 0 counts as too many: there are more addresses than the store counts. */
  async function isWithin(limit: number, kind: string, name: string, time = HOUR): Promise<boolean> {
    const counts = await sharedCounts.add(`notices ${kind} ${Math.floor(now() / time)}`, new Map([[name, 1]]), time);
    const count = counts.get(name) ?? 0;
    return count > 0 && count <= limit;
  }

  /** Null for one that cannot be used. */
  function recipientOf({ channel, recipient, page }: NoticeRequest): NoticeRecipient | null {
    if (channel === 'email') return sendsEmail && isEmail(recipient) ? { to: recipient } : null;
    const push = pushHosts && page.length <= LONGEST_PUSHED_PAGE && readPushSubscription(recipient, pushHosts);
    return push ? { push } : null;
  }

  return {
    sends: { email: sendsEmail, push: pushHosts !== null },
    async ask(ticket, request) {
      const { network, lang, page } = request;
      const recipient = page.length <= LONGEST_PAGE && recipientOf(request);
      if (!recipient) return false;
      if (!(await isWithin(PER_NETWORK, 'networks', narrowOf(network)))) return false;
      if (!(await isWithin(KEPT_PER_NETWORK, 'kept', narrowOf(network), NOTICES_KEPT))) return false;
      const name = 'to' in recipient ? mailboxOf(recipient.to) : recipient.push.endpoint;
      if (!(await isWithin(PER_RECIPIENT, 'recipients', seal.stamp(`recipient ${name}`)))) return false;
      asked = new WeakMap();
      const of = noticeLineOf(ticket);
      const sealed = seal.seal(Buffer.from(JSON.stringify({ ...recipient, lang, page })), noticeContext(of));
      const { visitor, number } = ticket;
      return queue.put(of, { visitor, number, sealed, notBefore: 0, attempts: 0 }, CAPACITY);
    },
    progress(snapshot, ticket) {
      const ofSnapshot = asked.get(snapshot) ?? new Map<VisitorId, Promise<NoticeProgress>>();
      asked.set(snapshot, ofSnapshot);
      const known = ofSnapshot.get(ticket.visitor);
      if (known) return known;
      const progress = queue.progress(noticeLineOf(ticket), ticket.visitor);
      ofSnapshot.set(ticket.visitor, progress);
      progress.catch(() => ofSnapshot.delete(ticket.visitor));
      return progress;
    },
    forget: (ticket) => queue.forget(noticeLineOf(ticket), ticket.visitor),
  };
}
