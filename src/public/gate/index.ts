/**
 * `/rooms/{room}/gate/check`: a proxy asks whether the visitor of a request may pass (nginx auth_request, Caddy
 * forward_auth, Traefik ForwardAuth, HAProxy). A visitor who is inside has a pass in the gate's own cookie. A
 * navigation without a pass is sent to wait, and returns with a token that the gate accepts once and exchanges for the
 * cookie. The gate owns the cookie and the check; whether an admission is live is the waiting room's to say.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { namesHtml } from '#http/accept.ts';
import type { RawHandler } from '#http/door.ts';
import { navigationOf } from '#http/navigation.ts';
import { Problem, problemOf } from '#http/problem.ts';
import type { Refuse } from '#http/refuse.ts';
import { unavailableCause } from '#http/unavailable-cause.ts';
import type { GateCounts } from '#telemetry/gate-counts.ts';
import type { EntryAction } from '#waiting-room/entry/decide-entry.ts';
import { entryRefused, JoinRefused } from '#waiting-room/errors.ts';
import { hasToken } from '#waiting-room/return-urls.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Snapshot, Snapshots } from '#waiting-room/snapshots.ts';
import { type BrowserBinding, isSameBrowser } from './browser-binding.ts';
import { type GateCookies, headersUntil, type Shown } from './cookie.ts';
import { isHomeOrigin } from './home-origins.ts';
import type { Insiders, Look, Moment } from './insiders.ts';
import { isSecure, originalRequest, originText } from './original.ts';
import type { Outside } from './outside.ts';
import type { GateRules } from './rules.ts';

const ROUTE = /^\/rooms\/([a-z0-9-]{1,64})\/gate\/check(?:\?(.*))?$/;

export interface GateDeps {
  readonly cookies: Pick<GateCookies, 'read'>;
  readonly insiders: Insiders;
  readonly binding: BrowserBinding;
  readonly outside: Outside;
  readonly rules: GateRules;
  readonly snapshots: Pick<Snapshots, 'now' | 'get'>;
  readonly now: () => number;
  readonly counts: GateCounts;
  readonly refuse: Refuse;
  /** Answers with the page while the store is unavailable. It appears at an address of the protected site. */
  readonly showUnavailable: (req: IncomingMessage, res: ServerResponse) => void;
  /** Answers with the page that says why nobody joins, in the same place. */
  readonly showRefused: (req: IncomingMessage, res: ServerResponse, refusal: JoinRefused) => void;
}

/** A proxy's question: may the visitor of a request pass? */
interface Question {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly room: RoomId;
  readonly query: string | undefined;
}

export function createGate(deps: GateDeps): RawHandler {
  const { cookies, insiders, binding, outside, rules, snapshots, now } = deps;
  const { counts, refuse, showUnavailable, showRefused } = deps;

  /** A navigation that cannot be decided gets a page, any other request a problem. */
  function fail({ req, res, room, query }: Question, error: unknown) {
    counts[problemOf(error).status >= 500 ? 'failed' : 'refused'] += 1;
    if (error instanceof JoinRefused && isOfPerson(req)) return showRefused(req, res, error);
    const original = unavailableCause(error) ? originalRequest(req.headers) : null;
    if (!original?.isNavigation) return refuse(res, error);
    const check = { room, original, never302: wantsOnly401(query), browser: '', sender: navigationOf(req) };
    // A proxy that cannot pass on a page can redirect to one: /enter shows it, and checks where it may lead to.
    if (check.never302) outside.redirectToRoom(res, check);
    else showUnavailable(req, res);
  }

  function answerOutside({ req, res, room, query }: Question, moment: Moment, isInside: boolean): Promise<void> {
    const original = originalRequest(req.headers);
    if (!original) {
      throw new Problem('invalid_request', {
        detail:
          'Send the request to check in X-Forwarded-Method, -Proto, -Host and -Uri, or in X-Original-Method and -URL.',
      });
    }
    const browser = browserOf(req, moment);
    const check = { room, original, never302: wantsOnly401(query), browser, sender: navigationOf(req) };
    return outside.answer(res, check, isInside);
  }

  const browserOf = (req: IncomingMessage, { room, snapshot }: Moment) =>
    binding.of(req, room, snapshot?.settings.bind ?? 'browser');

  /** A program that takes anything is better off with a problem. */
  const isOfPerson = ({ headers }: IncomingMessage) =>
    namesHtml(headers.accept) && originalRequest(headers)?.isNavigation === true;

  /** A navigation of another browser than the one that has the pass is sent to the room, which knows the visitor. */
  function isOwnPass(req: IncomingMessage, moment: Moment, { browser }: Look): boolean {
    if (browser === '' || isSameBrowser(browser, browserOf(req, moment))) return true;
    return originalRequest(req.headers)?.isNavigation !== true;
  }

  function settle(question: Question, moment: Moment, shown: Shown, isPassValid: boolean): Promise<void> | undefined {
    const { req, res } = question;
    const isInside = isPassValid && isOwnPass(req, moment, shown.look);
    const passes = isInside && isAtHome(req.headers, moment);
    if (!passes || (hasTokenInUrl(req) && originalRequest(req.headers)?.isNavigation)) {
      return answerOutside(question, moment, isInside);
    }
    counts.inside += 1;
    res.writeHead(204, headersUntil(shown, insiders.endOf(moment, shown.look))).end();
    return undefined;
  }

  function act(question: Question, moment: Moment, action: EntryAction): Promise<void> | undefined {
    const { req, res, room } = question;
    if (action === 'bypass') {
      counts.bypassed += 1;
      res.writeHead(204, { 'Cache-Control': 'no-store' }).end();
      return undefined;
    }
    if (action === 'refuse') throw entryRefused(room);
    const shown = cookies.read(req.headers.cookie, room, isSecure(req.headers));
    if (shown === null) return answerOutside(question, moment, false);
    const isInside = insiders.has(moment, shown.pass, shown.look);
    if (isInside instanceof Promise) return isInside.then((is) => settle(question, moment, shown, is));
    return settle(question, moment, shown, isInside);
  }

  function decide(question: Question, snapshot: Snapshot | null): Promise<void> | undefined {
    const moment = { room: question.room, snapshot, at: now() };
    const action = snapshot ? rules(question.req, snapshot.settings) : 'wait';
    if (action instanceof Promise) return action.then((found) => act(question, moment, found));
    return act(question, moment, action);
  }

  /** Null while the store is unavailable: a pass still holds until it expires. */
  const snapshotOf = (room: RoomId) =>
    snapshots.get(room).catch((error: unknown) => {
      if (unavailableCause(error)) return null;
      throw error;
    });

  return (req, res) => {
    const [, room, query] = ROUTE.exec(req.url ?? '') ?? [];
    if (!room) return false;
    const question = { req, res, room, query };
    const failed = (error: unknown) => fail(question, error);
    try {
      const snapshot = snapshots.now(room);
      // Without a promise where the answer is known: most checks take this way.
      const decided = snapshot
        ? decide(question, snapshot)
        : snapshotOf(room).then((fetched) => decide(question, fetched));
      decided?.catch(failed);
    } catch (error) {
      failed(error);
    }
    return true;
  };
}

/** A pass is good at the room's own sites only: a host that is not under its return_urls may have taken it over. */
function isAtHome(headers: IncomingHttpHeaders, { snapshot }: Moment): boolean {
  const origin = originText(headers);
  return origin === null || !snapshot || isHomeOrigin(origin, snapshot.settings.return_urls);
}

function wantsOnly401(query: string | undefined): boolean {
  return new URLSearchParams(query).get('redirect') === '401';
}

function hasTokenInUrl({ headers }: IncomingMessage): boolean {
  const uri = headers['x-forwarded-uri'] ?? headers['x-original-url'];
  return typeof uri === 'string' && hasToken(uri);
}
