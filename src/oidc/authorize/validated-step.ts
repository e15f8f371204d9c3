import type { KoaContextWithOIDC } from 'oidc-provider';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import { loginContext } from '../login-context.ts';
import type { ConfirmedLogins } from './confirmed-logins.ts';
import { isLoginDue } from './login-due.ts';
import { startOf, waitedSince } from './login-start.ts';
import type { TransactionOf } from './login-transaction.ts';
import type { NextStep } from './next-step.ts';
import { nextStep } from './next-step.ts';

export interface ValidatedStepDeps {
  readonly relyingParties: RelyingParties;
  readonly transactionOf: TransactionOf;
  readonly confirmedLogins: Pick<ConfirmedLogins, 'authenticatedAt'>;
  readonly now: () => number;
}

/** The next step of a request that oidc-provider found valid, at /authorize or at a resume. */
export type ValidatedStep = (ctx: KoaContextWithOIDC) => Promise<NextStep>;

export function createValidatedStep(deps: ValidatedStepDeps): ValidatedStep {
  const { relyingParties, transactionOf, confirmedLogins, now } = deps;

  return async (ctx) => {
    const { visit } = loginContext(ctx);
    const admission = visit?.admission;
    const party = admission ? await relyingParties.find(ctx.oidc.client?.clientId ?? '') : null;
    if (!admission || !party) {
      const isAdmitted = Boolean(admission);
      return nextStep({ at: 'validation', isAdmitted, use: null, transaction: null, isLoginDue: false });
    }
    const { cookie } = ctx.req.headers;
    const { params } = ctx.oidc;
    const startedAt = waitedSince(ctx);
    return nextStep({
      at: 'validation',
      isAdmitted: true,
      use: visit?.use?.step ?? null,
      transaction: startedAt === null ? null : transactionOf(party, cookie, startedAt),
      isLoginDue:
        party.confirm_login === true &&
        isLoginDue({
          prompt: params?.prompt,
          maxAge: params?.max_age,
          startedAt: startOf(ctx),
          authenticatedAt: confirmedLogins.authenticatedAt(cookie, party.room, admission),
          now: now(),
        }),
    });
  };
}
