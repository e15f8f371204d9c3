/**
 * The waiting page of visitors with unserved numbers, straight from node:http: nearly all that are shown. It is made from
 * pieces (page-fragments.ts), cut once per snapshot, language and site. All other pages, and the first ones of a
 * snapshot, go through the views. Both give the same bytes.
 */
import type { IncomingMessage } from 'node:http';
import { prefersJson } from '#http/accept.ts';
import type { RawHandler } from '#http/door.ts';
import { acceptsCoding } from '#http/encodings.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { RecordRequest } from '#http/request-record.ts';
import { securityHeadersOf } from '#http/security-headers.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import { isDue } from '#waiting-room/due-notices.ts';
import { providerOf } from '#waiting-room/entry/entry-settings.ts';
import type { Facts } from '#waiting-room/facts.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Snapshot, Snapshots } from '#waiting-room/snapshots.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import { createCompressText } from '../gzip-parts.ts';
import { PAGE_HEADERS } from '../send-page.ts';
import type { Views } from '../views.ts';
import type { Addresses, Pending } from './address.ts';
import { type Continuations, continuationOf } from './continuation.ts';
import { readNoticeState } from './notice-state.ts';
import { type CutPage, cutPage, type PageValues, pieceKey } from './page-fragments.ts';
import type { Presses } from './presses.ts';
import { isRenumbered } from './renumbered.ts';
import { readUseState } from './use-state.ts';
import type { WaitingData } from './waiting-views.ts';

const PREFIX = '/rooms/';
const PAGE = '/wait?';
/** Pages of one kind that the views make in a snapshot before the next one is worth cutting. */
const BEFORE_CUT = 2;
/** Kinds of pages in a snapshot. An app on loopback may come from any number of ports. */
const MOST_KINDS = 200;

export interface UnservedPageDeps {
  readonly presses: Pick<Presses, 'facts'>;
  readonly snapshots: Pick<Snapshots, 'now'>;
  readonly addresses: Pick<Addresses, 'read'>;
  readonly cookies: Pick<VisitorCookies, 'visitor' | 'ticket' | 'former' | 'inside'>;
  readonly views: Pick<Views, 'page' | 'localeOf'>;
  readonly waitingData: WaitingData;
  readonly continuations: Continuations;
  readonly urls: Pick<PublicUrls, 'isSecure' | 'basePath'>;
  readonly recordRequest: RecordRequest;
}

interface Kind {
  requests: number;
  /** Undefined until it is cut, null if it cannot be. */
  page?: CutPage | null;
}

export function createUnservedPage(deps: UnservedPageDeps): RawHandler {
  const { presses, snapshots, addresses, cookies, views, waitingData, continuations } = deps;
  const headers = { ...securityHeadersOf(deps.urls), ...PAGE_HEADERS, 'Content-Type': 'text/html; charset=utf-8' };
  const compress = createCompressText();
  const cut = new WeakMap<Snapshot, Map<string, Kind>>();

  /** Null for a browser that another visitor of it may stand in for, or that may not see this page. */
  function ownTicket(header: string | undefined, room: string, pending: Pending): Ticket | null {
    const ticket = cookies.ticket(header, room);
    if (!ticket || cookies.inside(header, room)) return null;
    const { isForeign, mayAsk } = continuationOf(continuations, pending);
    return isForeign(pending, ticket.visitor) || mayAsk(pending) ? null : ticket;
  }

  /** Null if the page was not asked for often enough to be cut. */
  function cutFor(request: IncomingMessage, snapshot: Snapshot, ticket: Ticket, facts: Facts, site: string | null) {
    const locale = views.localeOf(request, snapshot.settings);
    const kinds = cut.get(snapshot) ?? new Map<string, Kind>();
    cut.set(snapshot, kinds);
    const values = valuesOf(facts);
    const isNoticeDue = isDue(snapshot, facts.estimated_wait);
    const renumbered = isRenumbered(cookies.former(request.headers.cookie, ticket.room), ticket, facts.number);
    const kindOfVisitor = `${ticket.standing} ${facts.lane ?? ''} ${renumbered}`;
    const key = `${locale.code} ${kindOfVisitor} ${pieceKey(values)} ${isNoticeDue} ${site}`;
    const kind = kinds.get(key) ?? { requests: 0 };
    if (kind.requests === 0 && kinds.size >= MOST_KINDS) return null;
    kinds.set(key, kind);
    kind.requests += 1;
    if (kind.requests <= BEFORE_CUT) return null;
    const render = (probe: PageValues) => {
      const alike = waitingData(snapshot, ticket, withValues(facts, probe), site, null);
      const data = { ...alike, isNoticeDue, isRenumbered: renumbered };
      return views.page(request, 'waiting', data, snapshot.settings);
    };
    if (kind.page === undefined) kind.page = cutPage(render, values, locale.formats, compress);
    return kind.page && { cut: kind.page, values };
  }

  function pageFor(req: Parameters<RawHandler>[0], room: string, query: string) {
    const snapshot = snapshots.now(room);
    // What is left to sell may change a page, and its links.
    if (!snapshot || snapshot.stock !== null || hasOwnHeaders(snapshot.settings)) return null;
    // A template may show any part of the facts in any way.
    if (snapshot.settings.theme?.template !== undefined) return null;
    const pending = readUseState(query) || readNoticeState(query) ? null : addresses.read(room, query);
    const ticket = pending && ownTicket(req.headers.cookie, room, pending);
    if (!pending || !ticket || ticket.entry) return null;
    const facts = presses.facts(snapshot.settings, ticket, query);
    if (facts instanceof Promise) {
      // The long way asks again, and answers a failure.
      facts.catch(() => undefined);
      return null;
    }
    if (facts.state !== 'waiting' && facts.state !== 'paused') return null;
    return cutFor(req, snapshot, ticket, facts, continuationOf(continuations, pending).siteOf(pending));
  }

  return (req, res) => {
    const start = performance.now();
    const { url = '' } = req;
    if (req.method !== 'GET' || !url.startsWith(PREFIX) || prefersJson(req.headers.accept)) return false;
    const pageAt = url.indexOf(PAGE, PREFIX.length);
    if (pageAt < 0) return false;
    const page = attempt(() => pageFor(req, url.slice(PREFIX.length, pageAt), url.slice(pageAt + PAGE.length)));
    if (!page) return false;
    deps.recordRequest(req, res, { url, start, door: () => 'oidc' });
    const coding = acceptsCoding(req.headers['accept-encoding'], 'gzip') ? { 'Content-Encoding': 'gzip' } : {};
    const body = 'Content-Encoding' in coding ? page.cut.fillGzip(page.values) : page.cut.fill(page.values);
    res.writeHead(200, { ...headers, ...coding, 'Content-Length': body.length }).end(body, 'latin1');
    return true;
  };
}

/** Whether the operator chose another status, who may frame the page, or who checks browsers on it. */
function hasOwnHeaders(settings: RoomSettings): boolean {
  const { status_code: status = 200, frames } = settings;
  return status !== 200 || frames === 'same-site' || providerOf(settings) !== null;
}

/** Null if it throws: the long way says why, for a ticket that is stale. */
function attempt<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}

function valuesOf(facts: Facts): PageValues {
  const { number, support_code: code = null, people_ahead: ahead, people_ahead_at_join: atJoin = 0 } = facts;
  return { number: number ?? 0, code, ahead, atJoin, estimate: facts.estimated_wait };
}

function withValues(facts: Facts, { number, code, ahead, atJoin, estimate }: PageValues): Facts {
  const { people_ahead_at_join: _, support_code: __, ...others } = facts;
  const coded = code === null ? {} : { support_code: code };
  const joined = atJoin > 0 ? { people_ahead_at_join: atJoin } : {};
  return { ...others, number, ...coded, people_ahead: ahead, estimated_wait: estimate, ...joined };
}
