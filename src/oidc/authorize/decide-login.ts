/** Decides the next step of a login whose visitor is inside, and gathers the facts for it. */
import type { Context } from 'koa';
import type Provider from 'oidc-provider';
import type { Loop, LoopGuard } from '#http/loop-guard.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { PendingRequest } from '#pages/waiting/address.ts';
import type { Admitted } from '#pages/waiting/continuation.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import { hostOf, isRegistered } from '../redirect-uri.ts';
import type { AnsweredLogins } from './answered-logins.ts';
import type { ConfirmedLogins } from './confirmed-logins.ts';
import { isLoginDue } from './login-due.ts';
import type { LoginLock } from './login-lock.ts';
import type { TransactionOf } from './login-transaction.ts';
import type { NextStep } from './next-step.ts';
import { nextStep } from './next-step.ts';
import type { DescribePending } from './pending-login.ts';
import { abandoned, storedRequest } from './pending-login.ts';
import { restartLogin } from './restart-login.ts';

export interface DecideLoginDeps {
  readonly provider: Provider;
  readonly relyingParties: RelyingParties;
  readonly describePending: DescribePending;
  readonly answeredLogins: Pick<AnsweredLogins, 'has'>;
  readonly confirmedLogins: Pick<ConfirmedLogins, 'authenticatedAt'>;
  readonly loops: Pick<LoopGuard, 'count'>;
  readonly loginLock: LoginLock;
  readonly transactionOf: TransactionOf;
  readonly urls: PublicUrls;
  readonly now: () => number;
}

export type Interaction = InstanceType<Provider['Interaction']>;

export interface DecidedLogin {
  readonly next: NextStep;
  /** Of a stored request that is still there. */
  readonly interaction: Interaction | undefined;
  /** Where the relying party starts a fresh login. */
  readonly restartUrl: string | null;
  readonly loop: Loop;
  /** Whether a button was pressed: of the page that explains a loop, and of the page that asks for the login. */
  readonly isConfirmed: boolean;
  readonly isLoginConfirmed: boolean;
  /** When the visitor was last authenticated, in ms; a press counts. */
  readonly authenticatedAt: number;
  /** The name that the visitor knows the relying party by. */
  readonly host: string;
}

/** @param enters whether the visitor is about to enter, which one tab at a time may do. */
export type DecideLogin = (
  ctx: Context,
  visit: Omit<Admitted<PendingRequest>, 'room'>,
  enters: boolean,
) => Promise<DecidedLogin>;

export function createDecideLogin(deps: DecideLoginDeps): DecideLogin {
  const {
    provider,
    relyingParties,
    describePending,
    answeredLogins,
    confirmedLogins,
    loops,
    loginLock,
    transactionOf,
    urls,
    now,
  } = deps;

  return async (ctx, { pending, ticket, form, admission }, enters) => {
    const { clientId, request: travelling } = describePending(pending);
    const { arrivedAt } = pending;
    const party = await relyingParties.find(clientId);
    const isOtherTabEntering = enters && party !== null && !(await loginLock.acquire(party, ticket.visitor, arrivedAt));
    // A tab that has to wait for another asks the store for nothing more.
    const interaction =
      pending.kind === 'stored' && !isOtherTabEntering
        ? await provider.Interaction.find(pending.interaction)
        : undefined;
    const request = pending.kind === 'travelling' ? travelling : storedRequest(interaction?.params);
    const redirectUri = request.get('redirect_uri');
    const restartUrl = party && restartLogin(party, abandoned(request), urls);
    const { cookie } = ctx.req.headers;
    const loop: Loop = { step: 'restart', key: clientId };
    const isConfirmed = form.get('restart') === '1';
    const isLoginConfirmed = form.get('confirm') === '1';
    const asks = party?.confirm_login === true;
    // Elsewhere, looking up the admission is the authentication.
    const authenticatedAt =
      asks && !isLoginConfirmed ? confirmedLogins.authenticatedAt(cookie, ticket.room, admission) : now();
    const next = nextStep({
      at: 'claim',
      request: pending.kind === 'stored' && !interaction ? 'gone' : pending.kind,
      isOtherTabEntering,
      isAnswered:
        pending.kind === 'travelling' &&
        answeredLogins.has(cookie, { clientId, query: pending.query, startedAt: arrivedAt }),
      // A request that the store no longer has names none.
      isRegistered: party === null || redirectUri === null || isRegistered(party, redirectUri),
      transaction: party && transactionOf(party, cookie, arrivedAt),
      canRestart: restartUrl !== null,
      recentRestarts: loops.count(ctx, loop),
      isConfirmed,
      isLoginDue:
        asks &&
        isLoginDue({
          prompt: request.get('prompt'),
          maxAge: request.get('max_age'),
          startedAt: arrivedAt,
          authenticatedAt,
          now: now(),
        }),
    });
    const host = party ? hostOf(party, redirectUri ?? undefined) : clientId;
    return { next, interaction, restartUrl, loop, isConfirmed, isLoginConfirmed, authenticatedAt, host };
  };
}
