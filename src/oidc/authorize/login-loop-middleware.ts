/**
 * A relying party may loop by itself: its cookie is refused or its session fails, and it sends the visitor to a fresh
 * login again and again. Each login passes at once, since the visitor is admitted, so nothing else would end the loop.
 */
import type { Context, Middleware } from 'koa';
import type { Loop, LoopGuard } from '#http/loop-guard.ts';
import { isOfBrowser } from '#http/navigation.ts';
import { sendPage } from '#pages/send-page.ts';
import type { Render } from '#pages/views.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import { loginContext } from '../login-context.ts';
import { hostOf } from '../redirect-uri.ts';
import { isAuthorize } from './authorize-middleware.ts';
import type { LoginStart } from './login-start.ts';
import { nextStep } from './next-step.ts';
import { browserQuery } from './pushed-requests.ts';

/** How long a slowed login waits, in seconds. */
const PAUSE = 2;

export interface LoginLoopDeps {
  readonly loops: LoopGuard;
  readonly loginStart: Pick<LoginStart, 'authorizeUrl'>;
  readonly relyingParties: RelyingParties;
  readonly render: Render;
  readonly now: () => number;
}

/** Runs before oidc-provider checks the request: only logins that were valid are counted. */
export function stopLoginLoops({ loops, loginStart, relyingParties, render, now }: LoginLoopDeps): Middleware {
  return async (ctx, next) => {
    if (!isAuthorize(ctx)) return next();
    const clientId = single(ctx.query.client_id) ?? '';
    const redirectUri = single(ctx.query.redirect_uri);
    const loop = loginLoop(clientId, redirectUri);
    const step = nextStep({
      at: 'arrival',
      isSilent: /(?:^| )none(?: |$)/.test(single(ctx.query.prompt) ?? ''),
      hasWaited: loginContext(ctx).waitedSince !== null,
      recentLogins: loops.count(ctx, loop),
      isBrowser: isOfBrowser(ctx),
    });
    if (step.step === 'validate' && step.endsLoop) loops.clear(ctx, loop);
    const party = step.step === 'validate' ? null : await relyingParties.find(clientId);
    // oidc-provider refuses an unknown client.
    if (!party) return next();
    loops.record(ctx, loop);
    const url = loginStart.authorizeUrl(browserQuery(ctx), now());
    const view = step.step === 'pause' ? 'login-loop-pause' : 'login-loop';
    sendPage(ctx, 200, render(ctx.req, view, { host: hostOf(party, redirectUri), url }));
    if (step.step === 'pause') ctx.set('Refresh', `${PAUSE};url=${url}`);
  };
}

/** The loop that a login belongs to; each redirect URI of a relying party has its own. */
export function loginLoop(clientId: string, redirectUri: string | undefined): Loop {
  return { step: 'login', key: clientId, place: redirectUri };
}

/** A parameter that occurs once. */
function single(value: Context['query'][string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
