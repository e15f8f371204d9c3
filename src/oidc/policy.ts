import { interactionPolicy } from 'oidc-provider';
import { visitOf } from './visit.ts';

/**
 * The interaction policy: the stock *login* prompt with one Check more, that this visitor has a live admission to
 * the relying party's room, asked at every /authorize and at every resume. So neither an old session nor a replayed
 * result outlives the admission.
 */
export function createPolicy() {
  const { Check, base } = interactionPolicy;
  const policy = base();
  const login = policy.get('login');
  const consent = policy.get('consent');
  if (!login || !consent) throw new Error('the stock interaction policy has no login or no consent prompt');
  login.checks.add(
    new Check(
      'admission_required',
      'the visitor has to wait in line first',
      'login_required',
      (ctx) => !visitOf(ctx)?.admission,
    ),
  );
  // prompt=login asks for a fresh look at the admission, and every request gets one.
  login.checks.remove('login_prompt');
  // There is nothing to consent to: a room knows nobody. The prompt stays, so that prompt=consent is no error.
  consent.checks.clear();
  return policy;
}
