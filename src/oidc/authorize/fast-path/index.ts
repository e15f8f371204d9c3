/**
 * The fast path of the authorization endpoint. At an opening nearly all requests are alike: a newcomer, or a visitor who
 * waits already, with a plain authorization request. They get their number, their cookies and the redirect to the
 * waiting page straight from node:http.
 *
 * It refuses nothing: any other request, and any other outcome than waiting, goes the long way through oidc-provider. So
 * it needs to be right in one direction only, and may answer no request that oidc-provider would answer otherwise. Each
 * of its visitors passes oidc-provider's whole validation before a code is issued.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { RecordRequest } from '#http/request-record.ts';
import type { RoomRules } from '#http/room-rules.ts';
import { securityHeadersOf } from '#http/security-headers.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Addresses } from '#pages/waiting/address.ts';
import type { Passes } from '#passes/index.ts';
import { profileOf } from '#settings/profiles/index.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { NewestLogin } from '../newest-login.ts';
import type { AcceptsRequest } from './accepts-request.ts';
import type { BegunArrivals } from './begun-arrivals.ts';
import { createReadPlainBrowser } from './plain-browser.ts';
import { type PlainRequest, readPlainRequest } from './plain-request.ts';

export interface FastPathDeps {
  readonly visitors: Pick<Visitors, 'isKnownToWait'>;
  readonly passes: Pick<Passes, 'arrive'>;
  readonly relyingParties: RelyingParties;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly roomRules: RoomRules;
  readonly requestOf: EntryRequestOf;
  readonly addresses: Pick<Addresses, 'of' | 'ownerOf'>;
  readonly cookies: Pick<VisitorCookies, 'visitor' | 'ticket' | 'give'>;
  readonly newestLogin: Pick<NewestLogin, 'record'>;
  readonly begunArrivals: Pick<BegunArrivals, 'begin'>;
  readonly urls: Pick<PublicUrls, 'isSecure' | 'basePath'>;
  readonly recordRequest: RecordRequest;
  readonly now: () => number;
}

/** Answers a request, or calls `longWay` once and leaves the answer to it. */
export type FastPath = (
  req: IncomingMessage,
  res: ServerResponse,
  accepts: AcceptsRequest,
  longWay: () => void,
) => void;

/** A visitor who waits, and the cookies that they get. */
interface Waiting {
  readonly visitor: VisitorId;
  readonly cookies: readonly string[];
}

export function createFastPath(deps: FastPathDeps): FastPath {
  const { visitors, passes, relyingParties, snapshots, roomRules, requestOf, addresses, cookies, now } = deps;
  const readPlainBrowser = createReadPlainBrowser(cookies);
  const headers = { ...securityHeadersOf(deps.urls), 'Cache-Control': 'no-store', 'Content-Length': '0' };

  /** Null for what the long way answers. Rejects while the store is unavailable. */
  async function wait(req: IncomingMessage, request: PlainRequest, accepts: AcceptsRequest): Promise<Answer | null> {
    const receivedAt = now();
    const party = await relyingParties.find(request.clientId);
    if (!party || !(await accepts(party, request))) return null;
    const { room, client_id } = party;
    const header = req.headers.cookie;
    const browser = readPlainBrowser(header, room);
    if (!browser) return null;
    const { settings } = await snapshots.get(room);
    const action = roomRules(settings, req, { url: request.targetUri ?? request.redirectUri, method: 'GET' });
    if (action !== 'wait' && action !== 'challenge') return null;
    let waiting: Waiting;
    if (browser.kind === 'holder') {
      // Where passes are in use, the place may have moved to another browser.
      if (settings.passes || !visitors.isKnownToWait(browser.ticket)) return null;
      waiting = { visitor: browser.ticket.visitor, cookies: [] };
    } else {
      const nothing = { visitor: null, ticket: null, inside: null, refusal: null };
      const arriving = passes.arrive(room, null, { ...nothing, ...requestOf(req), action });
      const arrival = await arriving.catch(() => null);
      if (!arrival || arrival.admission) {
        deps.begunArrivals.begin(req, room, arriving);
        return null;
      }
      waiting = { visitor: arrival.ticket.visitor, cookies: cookies.give(arrival.ticket) };
    }
    const newest = profileOf(party.profile).oneLogin ? [deps.newestLogin.record(header, client_id, receivedAt)] : [];
    const owner = addresses.ownerOf(waiting.visitor);
    const pending = { kind: 'travelling', query: request.query, owner, arrivedAt: receivedAt } as const;
    return { location: addresses.of(room, pending), cookies: [...newest, ...waiting.cookies] };
  }

  function redirect(req: IncomingMessage, res: ServerResponse, answer: Answer, url: string, start: number): void {
    deps.recordRequest(req, res, { url, start, door: () => 'oidc' });
    const { location, cookies } = answer;
    res.writeHead(303, {
      ...headers,
      Location: location,
      ...(cookies.length > 0 ? { 'Set-Cookie': [...cookies] } : {}),
    });
    res.end();
  }

  return (req, res, accepts, longWay) => {
    const start = performance.now();
    const request = readPlainRequest(req);
    if (!request) return longWay();
    const url = req.url ?? '';
    wait(req, request, accepts)
      // The long way says what is wrong.
      .catch(() => null)
      .then((answer) => (answer ? redirect(req, res, answer, url, start) : longWay()));
  };
}

interface Answer {
  readonly location: string;
  readonly cookies: readonly string[];
}
