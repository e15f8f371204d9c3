/**
 * How a login continues once its visitor has claimed the turn: through /authorize again, which finds the admission, or
 * by a restart at the relying party where the login transaction has expired meanwhile.
 */
import type { Context } from 'koa';
import type { Loop, LoopGuard } from '#http/loop-guard.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import { seeOther } from '#http/see-other.ts';
import { sendPage } from '#pages/send-page.ts';
import type { Render } from '#pages/views.ts';
import type { Addresses, PendingRequest } from '#pages/waiting/address.ts';
import { RETRY } from '#pages/waiting/address.ts';
import type { Admitted, Continuation } from '#pages/waiting/continuation.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { ConfirmedLogins } from './confirmed-logins.ts';
import type { DecidedLogin, DecideLogin } from './decide-login.ts';
import { LOCK_SECONDS } from './login-lock.ts';
import type { LoginStart } from './login-start.ts';
import type { NextStep } from './next-step.ts';
import type { DescribePending } from './pending-login.ts';
import { abandoned, createShownLogin } from './pending-login.ts';
import { restartLogin } from './restart-login.ts';

export interface ContinuationDeps {
  readonly visitors: Pick<Visitors, 'admission' | 'confirm'>;
  readonly addresses: Pick<Addresses, 'isOwnedBy'>;
  readonly relyingParties: RelyingParties;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly loginStart: Pick<LoginStart, 'authorizeUrl'>;
  readonly describePending: DescribePending;
  readonly confirmedLogins: Pick<ConfirmedLogins, 'record'>;
  readonly loops: LoopGuard;
  readonly decideLogin: DecideLogin;
  readonly urls: PublicUrls;
  readonly render: Render;
}

/**
 * Whether a person has to act, in their own time, before the relying party gets a code whose exchange would confirm the
 * admission. The browser has brought back the ticket, which confirms it instead.
 */
function isUpToVisitor({ step }: NextStep): boolean {
  return step === 'confirm' || step === 'restart' || step === 'explain';
}

export function createContinuation(deps: ContinuationDeps): Continuation<PendingRequest> {
  const { visitors, addresses, relyingParties, snapshots, loginStart } = deps;
  const { describePending, confirmedLogins, loops, decideLogin, urls } = deps;
  const shownLogin = createShownLogin(describePending);

  /** A page of the room, under its title. */
  async function show(ctx: Context, room: string, view: string, data: Record<string, unknown>): Promise<void> {
    const { settings } = await snapshots.get(room);
    sendPage(ctx, 200, deps.render(ctx.req, view, { title: settings.title, ...data }, settings));
  }

  /** The other tab has the lock: the page loads again when the lock is over, and takes the turn then. */
  async function waitForOtherTab(ctx: Context, room: string): Promise<void> {
    const url = urls.pathOf(ctx.url);
    await show(ctx, room, 'other-tab', { url });
    ctx.set('Refresh', `${LOCK_SECONDS};url=${url}`);
  }

  function explainGone(ctx: Context): void {
    const description = 'The request behind this page was finished already, or it is too old.';
    sendPage(ctx, 400, deps.render(ctx.req, 'error', { code: 'interaction_over', description }));
  }

  function restart(ctx: Context, loop: Loop, url: string, isConfirmed: boolean): void {
    if (isConfirmed) loops.recordFirst(ctx, loop);
    else loops.record(ctx, loop);
    seeOther(ctx, url);
  }

  /** Issues the code: oidc-provider checks a pending request again, with the admission. */
  async function issue(ctx: Context, { pending, ticket }: Admitted<PendingRequest>, login: DecidedLogin) {
    if (pending.kind === 'travelling') return seeOther(ctx, loginStart.authorizeUrl(pending.query, pending.arrivedAt));
    const { interaction } = login;
    if (!interaction) return explainGone(ctx);
    const ts = Math.floor(login.authenticatedAt / 1000);
    interaction.result = { login: { accountId: ticket.visitor, ts } };
    await interaction.persist();
    seeOther(ctx, interaction.returnTo);
  }

  const mayAsk = (pending: PendingRequest) => shownLogin(pending).mayAsk;

  async function resume(ctx: Context, admitted: Admitted<PendingRequest>): Promise<void> {
    const { room, ticket, admission } = admitted;
    const login = await decideLogin(ctx, admitted, true);
    const { next, restartUrl, host } = login;
    if (isUpToVisitor(next)) await visitors.confirm(room, ticket.visitor);
    switch (next.step) {
      case 'issue':
        if (login.isLoginConfirmed) {
          ctx.append('Set-Cookie', confirmedLogins.record(room, admission, login.authenticatedAt));
        }
        return issue(ctx, admitted, login);
      case 'confirm':
        return show(ctx, room, 'confirm-login', { host });
      case 'restart':
        return restart(ctx, login.loop, restartUrl ?? '', login.isConfirmed);
      case 'pause':
        return waitForOtherTab(ctx, room);
      case 'explain':
        if (next.because === 'request-gone') return explainGone(ctx);
        return show(ctx, room, 'login-restart', { host: restartUrl && new URL(restartUrl).host });
      default:
        throw new TypeError(`no step "${next.step}" after a claim`);
    }
  }

  return {
    // If there is a code, its exchange confirms the admission.
    confirmsClaims: false,
    restartUrl: (_room, pending) =>
      pending.kind === 'travelling' ? loginStart.authorizeUrl(pending.query, pending.arrivedAt) : null,
    retryUrl(_room, pending) {
      if (pending.kind !== 'travelling' || pending.query.includes(`${RETRY}=`)) return null;
      return loginStart.authorizeUrl(`${pending.query}&${RETRY}=1`, pending.arrivedAt);
    },
    /** Its admission would let the sender of the request in, or the code would go to a login of another browser. */
    isForeign: (pending, visitor) =>
      visitor === null ? pending.owner !== null : !addresses.isOwnedBy(pending, visitor),
    siteOf: (pending) => shownLogin(pending).site,
    async freshUrl(room, pending) {
      const { clientId, request } = describePending(pending);
      const party = await relyingParties.find(clientId).catch(() => null);
      return party?.room === room ? restartLogin(party, abandoned(request), urls) : null;
    },
    async landingUrl(room, pending) {
      const party = await relyingParties.find(describePending(pending).clientId).catch(() => null);
      return party?.room === room ? party.landing_url : null;
    },
    mayAsk,
    async ask(ctx, { room, pending, ticket }) {
      const { clientId } = describePending(pending);
      // Almost no request asks for it. The others need no store command here.
      if (!mayAsk(pending) || !(await relyingParties.find(clientId))?.confirm_login) return false;
      const admission = await visitors.admission(room, ticket.visitor);
      if (!admission) return false;
      const login = await decideLogin(ctx, { pending, ticket, admission, form: new URLSearchParams() }, false);
      if (login.next.step !== 'confirm') return false;
      await visitors.confirm(room, ticket.visitor);
      await show(ctx, room, 'confirm-login', { host: login.host });
      return true;
    },
    resume,
  };
}
