import type { KoaContextWithOIDC } from 'oidc-provider';
import { interactionPolicy } from 'oidc-provider';
import { startDetails } from './login-start.ts';
import type { ValidatedStep } from './validated-step.ts';

/**
 * The interaction policy: the stock *login* prompt with two more Checks, run at every /authorize and every resume, so
 * neither an old session nor a replayed login result outlives the admission, and no code goes to a login transaction
 * that has expired. The stock Checks of `max_age`, `id_token_hint` and `acr_values` stay.
 */
export function createInteractionPolicy(validatedStep: ValidatedStep) {
  const { Check, base } = interactionPolicy;
  const policy = base();
  const login = policy.get('login');
  const consent = policy.get('consent');
  if (!login || !consent) throw new Error('the stock interaction policy has no login or no consent prompt');

  const waitsBecause = (reason: 'no-admission' | 'transaction-expired') => async (ctx: KoaContextWithOIDC) => {
    const next = await validatedStep(ctx);
    return next.step === 'wait' && next.because === reason;
  };
  login.checks.add(
    new Check(
      'admission_required',
      'the visitor has to wait in line first',
      'login_required',
      waitsBecause('no-admission'),
      startDetails,
    ),
  );
  login.checks.add(
    new Check(
      'transaction_expired',
      'the login took too long',
      'login_required',
      waitsBecause('transaction-expired'),
      startDetails,
    ),
  );
  // prompt=login asks for a new look at the admission, which every request gets.
  login.checks.remove('login_prompt');
  // There is nothing to consent to. The prompt stays, so that prompt=consent is not an error.
  consent.checks.clear();
  return policy;
}
