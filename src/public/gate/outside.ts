/** What the gate answers to a request whose visitor is not known to be inside. */
import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';
import { Problem, problemAnswer } from '#http/problem.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { SenderCheck } from '#http/sender-check.ts';
import type { GateCounts } from '#telemetry/gate-counts.ts';
import type { Tokens } from '#tokens/index.ts';
import { passOf } from '#waiting-room/passes.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import { isReturnUrl, takeToken } from '#waiting-room/return-urls.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { EnterUrls } from '../enter-urls.ts';
import type { GateCookies } from './cookie.ts';
import type { OriginalRequest } from './original.ts';

/** How long the store remembers that a token was accepted, in ms: longer than any token is valid. */
const TOKEN_MEMORY = 120_000;

export interface OutsideDeps {
  readonly urls: Pick<PublicUrls, 'isOwn' | 'basePath'>;
  readonly enterUrls: Pick<EnterUrls, 'fromGate'>;
  readonly cookies: Pick<GateCookies, 'give'>;
  readonly tokens: Pick<Tokens, 'readReturn'>;
  readonly visitors: Pick<Visitors, 'admission' | 'confirm'>;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly idempotency: Pick<Idempotency, 'remember'>;
  readonly senderCheck: Pick<SenderCheck, 'isForeign'>;
  readonly counts: GateCounts;
  readonly now: () => number;
}

export interface Check {
  readonly room: RoomId;
  readonly original: OriginalRequest;
  /** Whether the proxy cannot pass on a redirect (nginx's auth_request), so navigations get a 401 too. */
  readonly never302: boolean;
  /** What the browser is known by (browser-binding.ts). */
  readonly browser: string;
  /** The headers of the request, as the proxy passes them on. */
  readonly sender: Pick<Context, 'get'>;
}

export interface Outside {
  /** @param isInside whether the visitor is inside all the same, and only brings a token. */
  answer(res: ServerResponse, check: Check, isInside: boolean): Promise<void>;
  /** Sends the visitor to the waiting room, which also shows that the store is unavailable. */
  redirectToRoom(res: ServerResponse, check: Check): void;
}

export function createOutside(deps: OutsideDeps): Outside {
  const { urls, enterUrls, cookies, tokens, visitors, snapshots, idempotency, senderCheck, counts, now } = deps;

  function redirect(res: ServerResponse, { never302 }: Check, location: string, cookie?: string): void {
    const more = cookie ? { 'Set-Cookie': cookie } : {};
    if (never302) answer401(res, { Location: location, 'X-Anteroom-Redirect': location, ...more });
    else res.writeHead(302, { Location: location, 'Cache-Control': 'no-store', ...more }).end();
  }

  /** The gate's cookie in exchange for a token, which is accepted once. Null for a token that is not valid. */
  async function exchange({ room, original, browser }: Check, token: string): Promise<string | null> {
    const returned = await tokens.readReturn(room, token);
    if (!returned) return null;
    if ((await idempotency.remember(`token ${returned.jti}`, room, TOKEN_MEMORY)) !== null) return null;
    const { sub, serial } = returned;
    const admission =
      serial === 0
        ? await visitors.admission(room, sub)
        : await visitors.confirm(room, sub, { serial, browser: browser === '' ? undefined : browser });
    return admission && cookies.give(room, passOf(admission), original.secure, now());
  }

  return {
    async answer(res, check, isInside) {
      const { room, original } = check;
      const { settings } = await snapshots.get(room);
      const { url, token } = takeToken(original.url);
      if (urls.isOwn(url)) {
        throw new Problem('return_url_refused', {
          detail: `${urls.basePath}/ is the waiting room itself: do not put it behind the gate.`,
        });
      }
      if (!isReturnUrl(url, settings.return_urls)) {
        throw new Problem('return_url_refused', {
          detail: `${new URL(url).origin} is not under the room's return_urls.`,
        });
      }
      const location = enterUrls.fromGate(room, url);
      if (!original.isNavigation || (await senderCheck.isForeign(check.sender, room, [url]))) {
        counts.refused += 1;
        answer401(res, { Location: location });
        return;
      }
      const cookie = token === null ? null : await exchange(check, token);
      counts[cookie ? 'entered' : 'redirected'] += 1;
      if (cookie) redirect(res, check, url, cookie);
      // A used or invalid token is removed from the URL. A visitor who is inside stays inside.
      else redirect(res, check, isInside ? url : location);
    },
    redirectToRoom(res, check) {
      redirect(res, check, enterUrls.fromGate(check.room, takeToken(check.original.url).url));
    },
  };
}

function answer401(res: ServerResponse, more: Readonly<Record<string, string>>): void {
  const { status, headers, document } = problemAnswer('admission_required', { headers: more });
  res.writeHead(status, { ...headers, 'Content-Type': 'application/problem+json' }).end(JSON.stringify(document));
}
