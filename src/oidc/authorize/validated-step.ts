import type { KoaContextWithOIDC } from 'oidc-provider';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import { loginContext } from '../login-context.ts';
import { waitedSince } from './login-start.ts';
import type { LoginTransaction, TransactionOf } from './login-transaction.ts';
import type { NextStep } from './next-step.ts';
import { nextStep } from './next-step.ts';

export interface ValidatedStepDeps {
  readonly relyingParties: RelyingParties;
  readonly transactionOf: TransactionOf;
}

/** The next step of a request that oidc-provider found valid, at /authorize or at a resume. */
export type ValidatedStep = (ctx: KoaContextWithOIDC) => Promise<NextStep>;

export function createValidatedStep({ relyingParties, transactionOf }: ValidatedStepDeps): ValidatedStep {
  async function transaction(ctx: KoaContextWithOIDC): Promise<LoginTransaction | null> {
    const startedAt = waitedSince(ctx);
    if (startedAt === null) return null;
    const party = await relyingParties.find(ctx.oidc.client?.clientId ?? '');
    return party && transactionOf(party, ctx.req.headers.cookie, startedAt);
  }

  return async (ctx) => {
    const isAdmitted = Boolean(loginContext(ctx).visit?.admission);
    return nextStep({ at: 'validation', isAdmitted, transaction: isAdmitted ? await transaction(ctx) : null });
  };
}
