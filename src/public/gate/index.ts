/**
 * `/rooms/{room}/gate/check`: a proxy asks whether the visitor of a request may pass (nginx auth_request, Caddy
 * forward_auth, Traefik ForwardAuth, HAProxy). Whoever is inside carries a pass in the gate's own cookie; a navigation
 * without one is sent to wait, and comes back with a token that the gate takes once and exchanges for the cookie.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem, problemAnswer, problemOf } from '#http/problem.ts';
import { unavailableCause } from '#http/unavailable-cause.ts';
import type { GateCounts } from '#telemetry/metrics.ts';
import type { Tokens } from '#tokens/index.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import { hasToken, isReturnUrl, takeToken } from '#waiting-room/return-urls.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { enterFromGate } from '../enter.ts';
import type { GateCookies } from './cookie.ts';
import type { Insiders } from './insiders.ts';
import type { OriginalRequest } from './original.ts';
import { isSecure, originalRequest } from './original.ts';

const ROUTE = /^\/rooms\/([a-z0-9-]{1,64})\/gate\/check(?:\?(.*))?$/;
/** Longer than any token lives, in ms: so long it is remembered that one was taken. */
const TAKEN = 120_000;

export interface GateDeps {
  readonly issuer: string;
  readonly cookies: GateCookies;
  readonly insiders: Insiders;
  readonly tokens: Pick<Tokens, 'readReturn'>;
  readonly visitors: Pick<Visitors, 'admission'>;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly idempotency: Pick<Idempotency, 'remember'>;
  readonly counts: GateCounts;
  /** Answers with a problem document. */
  readonly refuse: (res: ServerResponse, error: unknown) => void;
  /** Answers with the page while the store is away, which is shown at an address of the site. */
  readonly showUnavailable: (res: ServerResponse) => void;
  readonly now: () => number;
}

/** One check, as far as it is not known yet whether the visitor is inside. */
interface Check {
  readonly room: RoomId;
  readonly original: OriginalRequest;
  /** Whether navigations are answered with 401 too. */
  readonly never302: boolean;
}

/** Handles a check and says so; any other request is left alone. */
export function createGate(deps: GateDeps) {
  const { issuer, cookies, insiders, tokens, visitors, snapshots, idempotency, counts, refuse, now } = deps;

  /** Sends a navigation on; a proxy that cannot is told the same in a 401. */
  function redirect(res: ServerResponse, { never302 }: Check, location: string, cookie?: string): void {
    const more = cookie ? { 'Set-Cookie': cookie } : {};
    if (never302) answer401(res, { Location: location, 'X-Anteroom-Redirect': location, ...more });
    else res.writeHead(302, { Location: location, 'Cache-Control': 'no-store', ...more }).end();
  }

  /** The cookie for who brings back a token, which is good once; null for a token that is not. */
  async function exchange({ room, original }: Check, token: string): Promise<string | null> {
    const returned = await tokens.readReturn(room, token);
    if (!returned) return null;
    if ((await idempotency.remember(`token ${returned.jti}`, room, TAKEN)) !== null) return null;
    const admission = await visitors.admission(room, returned.sub);
    return admission && cookies.give(room, admission, original.secure, now());
  }

  async function outside(res: ServerResponse, check: Check, isInside: boolean): Promise<void> {
    const { room, original } = check;
    const { settings } = await snapshots.get(room);
    const { url, token } = takeToken(original.url);
    if (!isReturnUrl(url, settings.return_urls)) {
      throw new Problem('return_url_refused', {
        detail: `${new URL(url).origin} is not under the room's return_urls.`,
      });
    }
    const location = waitingAt(room, url);
    if (!original.isNavigation) {
      counts.refused += 1;
      answer401(res, { Location: location });
      return;
    }
    const cookie = token === null ? null : await exchange(check, token);
    counts[cookie ? 'entered' : 'redirected'] += 1;
    if (cookie) redirect(res, check, url, cookie);
    // A token that was taken before, or is of no worth, is no reason to wait, nor one to stay in the address.
    else redirect(res, check, isInside ? url : location);
  }

  const waitingAt = (room: RoomId, url: string) => `${issuer}${enterFromGate(room, url)}`;

  /** A navigation that cannot be decided gets a page, anything else a problem. */
  function fail(req: IncomingMessage, res: ServerResponse, room: RoomId, query: string | undefined, error: unknown) {
    counts[problemOf(error).status >= 500 ? 'failed' : 'refused'] += 1;
    const original = unavailableCause(error) ? originalRequest(req.headers) : null;
    if (!original?.isNavigation) return refuse(res, error);
    const check = { room, original, never302: answersOnly401(query) };
    // A proxy that cannot pass a page on can send to one: /enter shows the same, and checks where it may lead to.
    if (check.never302) redirect(res, check, waitingAt(room, takeToken(original.url).url));
    else deps.showUnavailable(res);
  }

  function decide(req: IncomingMessage, res: ServerResponse, room: RoomId, query: string | undefined, inside: boolean) {
    const original = originalRequest(req.headers);
    if (!original) {
      throw new Problem('invalid_request', {
        detail:
          'The request to check is told in X-Forwarded-Method, -Proto, -Host and -Uri, or X-Original-Method and -URL.',
      });
    }
    return outside(res, { room, original, never302: answersOnly401(query) }, inside);
  }

  return (req: IncomingMessage, res: ServerResponse): boolean => {
    const [, room, query] = ROUTE.exec(req.url ?? '') ?? [];
    if (!room) return false;
    const { headers } = req;
    const shown = cookies.read(headers.cookie, room, isSecure(headers));
    const brings = bringsToken(req);
    const settle = (inside: boolean): Promise<void> | undefined => {
      if (shown && inside && !(brings && originalRequest(headers)?.isNavigation)) {
        counts.inside += 1;
        res.writeHead(204, [...shown.headers]).end();
        return undefined;
      }
      return decide(req, res, room, query, inside);
    };
    const failed = (error: unknown) => fail(req, res, room, query, error);
    try {
      const inside = shown !== null && insiders.has(room, shown.pass, shown.look);
      if (inside instanceof Promise) inside.then(settle).catch(failed);
      else settle(inside)?.catch(failed);
    } catch (error) {
      failed(error);
    }
    return true;
  };
}

function answersOnly401(query: string | undefined): boolean {
  return new URLSearchParams(query).get('redirect') === '401';
}

function bringsToken({ headers }: IncomingMessage): boolean {
  const uri = headers['x-forwarded-uri'] ?? headers['x-original-url'];
  return typeof uri === 'string' && hasToken(uri);
}

function answer401(res: ServerResponse, more: Readonly<Record<string, string>>): void {
  const { status, headers, document } = problemAnswer('admission_required', { headers: more });
  res.writeHead(status, { ...headers, 'Content-Type': 'application/problem+json' }).end(JSON.stringify(document));
}
