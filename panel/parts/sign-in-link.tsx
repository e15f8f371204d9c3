import { t } from '../state/words.ts';

const RETURN = 'anteroom-return';

/** Leads to the sign-in page, and from there back to this view. */
export function SignInLink() {
  return (
    <a class="button primary" href="sign-in" onClick={() => sessionStorage.setItem(RETURN, location.hash)}>
      {t('session.sign_in')}
    </a>
  );
}

/** Back where the operator was before signing in again. */
export function returnToView(): void {
  const before = sessionStorage.getItem(RETURN);
  sessionStorage.removeItem(RETURN);
  if (before && location.hash === '') location.hash = before;
}
