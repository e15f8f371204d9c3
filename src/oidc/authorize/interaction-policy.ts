import type { KoaContextWithOIDC } from 'oidc-provider';
import { interactionPolicy } from 'oidc-provider';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import { startDetails } from './login-start.ts';
import type { WaitReason } from './next-step.ts';
import type { ValidatedStep } from './validated-step.ts';

/**
 * The interaction policy: the stock *login* prompt with four more Checks, run at every /authorize and every resume, so
 * neither an old session nor a replayed login result outlives the admission, and no code goes to a login transaction
 * that has expired. The stock Checks of `id_token_hint` and `acr_values` stay, and that of `max_age` where the relying
 * party does not have its visitors asked.
 */
export function createInteractionPolicy(validatedStep: ValidatedStep, relyingParties: RelyingParties) {
  const { Check, base } = interactionPolicy;
  const policy = base();
  const login = policy.get('login');
  const consent = policy.get('consent');
  const maxAge = login?.checks.get('max_age');
  if (!login || !maxAge || !consent) throw new Error('the stock interaction policy lacks a prompt or a Check');

  const waitsBecause =
    (...reasons: readonly WaitReason[]) =>
    async (ctx: KoaContextWithOIDC) => {
      const next = await validatedStep(ctx);
      return next.step === 'wait' && reasons.includes(next.because);
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
  login.checks.add(
    new Check(
      'login_due',
      'the visitor has to confirm the login',
      'login_required',
      waitsBecause('login-due'),
      startDetails,
    ),
  );
  login.checks.add(
    new Check(
      'browser_refused',
      'the admission is in use in another browser',
      'login_required',
      async (ctx) => (await validatedStep(ctx)).step === 'round' || (await waitsBecause('copied', 'busy')(ctx)),
      startDetails,
    ),
  );
  // A second after a press, the stock Check would ask again where max_age is 0.
  const isPastMaxAge = maxAge.check;
  maxAge.check = async (ctx) => {
    const party = await relyingParties.find(ctx.oidc.client?.clientId ?? '');
    return party?.confirm_login ? Check.NO_NEED_TO_PROMPT : isPastMaxAge(ctx);
  };
  // prompt=login asks for a new authentication. Every request checks the admission, which counts as one.
  login.checks.remove('login_prompt');
  // There is nothing to consent to. The prompt stays, so that prompt=consent is not an error.
  consent.checks.clear();
  return policy;
}
