/**
 * How a login continues once its visitor has claimed the turn: through /authorize again, which finds the admission, or
 * by a restart at the relying party where the login transaction has expired meanwhile.
 */
import type { Context } from 'koa';
import type Provider from 'oidc-provider';
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
import type { AnsweredLogins } from './answered-logins.ts';
import type { LoginLock } from './login-lock.ts';
import { LOCK_SECONDS } from './login-lock.ts';
import type { LoginStart } from './login-start.ts';
import type { TransactionOf } from './login-transaction.ts';
import { nextStep } from './next-step.ts';
import type { PushedRequests } from './pushed-requests.ts';
import { restartLogin } from './restart-login.ts';

export interface ContinuationDeps {
  readonly provider: Provider;
  readonly addresses: Pick<Addresses, 'isOwnedBy'>;
  readonly relyingParties: RelyingParties;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly loginStart: Pick<LoginStart, 'authorizeUrl'>;
  readonly answeredLogins: Pick<AnsweredLogins, 'has'>;
  readonly pushedRequests: Pick<PushedRequests, 'open'>;
  readonly loops: LoopGuard;
  readonly loginLock: LoginLock;
  readonly transactionOf: TransactionOf;
  readonly urls: PublicUrls;
  readonly render: Render;
}

type Interaction = InstanceType<Provider['Interaction']>;

export function createContinuation(deps: ContinuationDeps): Continuation<PendingRequest> {
  const { provider, addresses, relyingParties, snapshots, loginStart, loops, loginLock, transactionOf, urls } = deps;

  /** Without the parameters of a stored request, which the store has. */
  function described(pending: PendingRequest): { clientId: string; request: URLSearchParams } {
    if (pending.kind === 'stored') return { clientId: pending.clientId, request: new URLSearchParams() };
    const request = new URLSearchParams(pending.query);
    const clientId = request.get('client_id') ?? '';
    const pushed = deps.pushedRequests.open(clientId, request.get('request_uri') ?? '');
    return { clientId, request: pushed ? new URLSearchParams(pushed.query) : request };
  }

  /** A page of the room, under its title. */
  async function show(ctx: Context, room: string, view: string, data: Record<string, unknown>): Promise<void> {
    const { title } = (await snapshots.get(room)).settings;
    sendPage(ctx, 200, deps.render(view, { title, ...data }));
  }

  /** The other tab has the lock: the page loads again when the lock is over, and takes the turn then. */
  async function waitForOtherTab(ctx: Context, room: string): Promise<void> {
    const url = urls.pathOf(ctx.url);
    await show(ctx, room, 'other-tab', { url });
    ctx.set('Refresh', `${LOCK_SECONDS};url=${url}`);
  }

  function explainGone(ctx: Context): void {
    const description = 'The request behind this page was finished already, or it is too old.';
    sendPage(ctx, 400, deps.render('error', { code: 'interaction_over', description }));
  }

  function restart(ctx: Context, loop: Loop, url: string, isConfirmed: boolean): void {
    if (isConfirmed) loops.recordFirst(ctx, loop);
    else loops.record(ctx, loop);
    seeOther(ctx, url);
  }

  /** Issues the code: oidc-provider checks a pending request again, with the admission. */
  async function issue(ctx: Context, { pending, ticket }: Admitted<PendingRequest>, interaction?: Interaction) {
    if (pending.kind === 'travelling') return seeOther(ctx, loginStart.authorizeUrl(pending.query, pending.arrivedAt));
    if (!interaction) return explainGone(ctx);
    interaction.result = { login: { accountId: ticket.visitor } };
    await interaction.persist();
    seeOther(ctx, interaction.returnTo);
  }

  async function resume(ctx: Context, admitted: Admitted<PendingRequest>): Promise<void> {
    const { room, pending, ticket, form } = admitted;
    const { clientId, request: travelling } = described(pending);
    const party = await relyingParties.find(clientId);
    const isOtherTabEntering = party !== null && !(await loginLock.acquire(party, ticket.visitor, pending.arrivedAt));
    // A tab that has to wait for another asks the store for nothing more.
    const interaction =
      pending.kind === 'stored' && !isOtherTabEntering
        ? await provider.Interaction.find(pending.interaction)
        : undefined;
    const request = pending.kind === 'travelling' ? travelling : paramsOf(interaction?.params);
    const restartUrl = party && restartLogin(party, abandoned(request), urls);
    const { cookie } = ctx.req.headers;
    const loop: Loop = { step: 'restart', key: clientId };
    const isConfirmed = form.get('restart') === '1';
    const next = nextStep({
      at: 'claim',
      request: pending.kind === 'stored' && !interaction ? 'gone' : pending.kind,
      isOtherTabEntering,
      isAnswered:
        pending.kind === 'travelling' &&
        deps.answeredLogins.has(cookie, { clientId, query: pending.query, startedAt: pending.arrivedAt }),
      transaction: party && transactionOf(party, cookie, pending.arrivedAt),
      canRestart: restartUrl !== null,
      recentRestarts: loops.count(ctx, loop),
      isConfirmed,
    });
    switch (next.step) {
      case 'issue':
        return issue(ctx, admitted, interaction);
      case 'restart':
        return restart(ctx, loop, restartUrl ?? '', isConfirmed);
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
    restartUrl: (_room, pending) =>
      pending.kind === 'travelling' ? loginStart.authorizeUrl(pending.query, pending.arrivedAt) : null,
    retryUrl(_room, pending) {
      if (pending.kind !== 'travelling' || pending.query.includes(`${RETRY}=`)) return null;
      return loginStart.authorizeUrl(`${pending.query}&${RETRY}=1`, pending.arrivedAt);
    },
    /** Its admission would let the sender of the request in, or the code would go to a login of another browser. */
    isForeign: (pending, visitor) =>
      visitor === null ? pending.owner !== null : !addresses.isOwnedBy(pending, visitor),
    async freshUrl(room, pending) {
      const { clientId, request } = described(pending);
      const party = await relyingParties.find(clientId).catch(() => null);
      return party?.room === room ? restartLogin(party, abandoned(request), urls) : null;
    },
    resume,
  };
}

function abandoned(request: URLSearchParams) {
  const get = (name: string) => request.get(name) ?? undefined;
  return {
    redirectUri: get('redirect_uri'),
    state: get('state'),
    targetLinkUri: get('target_link_uri'),
    page: get('anteroom_page'),
  };
}

function paramsOf(params: Record<string, unknown> = {}): URLSearchParams {
  const texts = Object.entries(params).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return new URLSearchParams(texts);
}
