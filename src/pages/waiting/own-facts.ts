/**
 * The facts of the waiting page as JSON, for its script. This is the busiest route of all, so it is answered straight
 * from node:http. It opens the ticket and reads the process's snapshot, and it sends the store no command.
 */
import { prefersJson } from '#http/accept.ts';
import { answerDocument, JSON_HEADERS } from '#http/document.ts';
import type { RawHandler } from '#http/door.ts';
import type { Refuse } from '#http/refuse.ts';
import { AnteroomError } from '#waiting-room/errors.ts';
import { type Facts, newcomerFacts } from '#waiting-room/facts.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { Addresses } from './address.ts';
import type { CurrentTicket } from './current-ticket.ts';
import { readNewcomerState } from './newcomer-state.ts';
import type { NoticeProgressOf } from './notice-progress.ts';
import { type NoticeState, newsOf, readNoticeState } from './notice-state.ts';

const PREFIX = '/rooms/';
const PAGE = '/wait?';

export interface OwnFactsDeps {
  readonly visitors: Pick<Visitors, 'factsDocument'>;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly currentTicket: CurrentTicket;
  readonly addresses: Pick<Addresses, 'isIntact'>;
  readonly noticeProgress: NoticeProgressOf;
  readonly refuse: Refuse;
  readonly onPoll: () => void;
}

export function createOwnFacts(deps: OwnFactsDeps): RawHandler {
  const { visitors, snapshots, currentTicket, addresses, noticeProgress, refuse, onPoll } = deps;

  function documentOf(ticket: Ticket | null, room: string, url: string): string | Promise<string> {
    const state = ticket ? null : readNewcomerState(url);
    if (state) return snapshots.get(room).then((snapshot) => JSON.stringify(newcomerFacts(snapshot, state)));
    if (!ticket) throw new AnteroomError('ticket_required', 'The request has no ticket of this room.');
    const document = visitors.factsDocument(ticket);
    const notice = readNoticeState(url.slice(url.indexOf('?') + 1));
    return newsOf(notice, true) ? withNews(document, ticket, notice) : document;
  }

  /** The facts, with what the page says of the message that its visitor asked for. */
  async function withNews(document: string | Promise<string>, ticket: Ticket, notice: NoticeState | null) {
    const facts = JSON.parse(await document) as Facts;
    const { state, isDue } = await noticeProgress(ticket, facts, notice);
    return JSON.stringify({ ...facts, notice: newsOf(state, isDue) });
  }

  return (req, res) => {
    const url = req.url ?? '';
    if (req.method !== 'GET' || !url.startsWith(PREFIX) || !prefersJson(req.headers.accept)) return false;
    const pageAt = url.indexOf(PAGE, PREFIX.length);
    if (pageAt < 0) return false;
    onPoll();
    const room = url.slice(PREFIX.length, pageAt);
    try {
      if (!addresses.isIntact(room, url.slice(pageAt + PAGE.length))) {
        throw new AnteroomError('address_altered', 'The address of this waiting page was altered.');
      }
      const ticket = currentTicket(req.headers.cookie, room);
      const document =
        ticket instanceof Promise
          ? ticket.then((known) => documentOf(known, room, url))
          : documentOf(ticket, room, url);
      answerDocument(res, document, JSON_HEADERS, refuse);
    } catch (error) {
      refuse(res, error);
    }
    return true;
  };
}
