import type { KoaContextWithOIDC } from 'oidc-provider';
import { interactionPolicy } from 'oidc-provider';
import { visitOf } from '../login-context.ts';
import type { Began } from './login-start.ts';

export interface PolicyDeps {
  readonly began: Pick<Began, 'of'>;
  /** Whether the relying party has forgotten the login by now. */
  readonly isTransactionExpired: (ctx: KoaContextWithOIDC) => Promise<boolean>;
}

/**
 * The interaction policy: the stock *login* prompt with two Checks more, asked at every /authorize and at every
 * resume. That this visitor has a live admission to the relying party's room: so neither an old session nor a replayed
 * result outlives the admission. And that the relying party has not forgotten the login: a code would be lost on it.
 */
export function createPolicy({ began, isTransactionExpired }: PolicyDeps) {
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
      // Where a stored request keeps its age.
      (ctx) => ({ began: began.of(ctx) }),
    ),
  );
  login.checks.add(
    new Check('login_forgotten', 'the login took too long', 'login_required', isTransactionExpired, (ctx) => ({
      began: began.of(ctx),
    })),
  );
  // prompt=login asks for a fresh look at the admission, and every request gets one.
  login.checks.remove('login_prompt');
  // There is nothing to consent to: a room knows nobody. The prompt stays, so that prompt=consent is no error.
  consent.checks.clear();
  return policy;
}
