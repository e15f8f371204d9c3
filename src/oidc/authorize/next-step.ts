/**
 * The next step of a login, decided from facts alone. A login passes three points where a step is chosen: it arrives at
 * /authorize; oidc-provider has found the request valid and the visitor's admission is known; the visitor claimed the
 * turn at the waiting page. The callers gather the facts and carry out the step.
 */
import type { BrowserUseStep } from '#http/browser-uses.ts';
import { isPastStop, loopVerdict } from '#http/loop-guard.ts';
import type { LoginTransaction } from './login-transaction.ts';
import { isTransactionExpired } from './login-transaction.ts';

export interface ArrivedLogin {
  readonly at: 'arrival';
  /** prompt=none: the relying party tries it in a hidden frame, where no page helps. */
  readonly isSilent: boolean;
  /** Whether it comes from a page of the service: the waiting page, or one that slowed or stopped a loop. */
  readonly hasWaited: boolean;
  /** Logins of this browser within the last minute that passed at once, at the same redirect URI. */
  readonly recentLogins: number;
  readonly isBrowser: boolean;
}

export interface ValidLogin {
  readonly at: 'validation';
  readonly isAdmitted: boolean;
  /** Whether this browser may use the admission; null before it is asked. */
  readonly use: BrowserUseStep['step'] | null;
  /** Null for a request that arrived just now: its transaction cannot have expired. */
  readonly transaction: LoginTransaction | null;
  /** Whether the relying party asks for a new authentication, by a press of the button. */
  readonly isLoginDue: boolean;
}

export interface ClaimedLogin {
  readonly at: 'claim';
  /** The pending request: in the page's address, in the store, or no longer in the store. */
  readonly request: 'travelling' | 'stored' | 'gone';
  /** Whether this browser got a code for the request before. */
  readonly isAnswered: boolean;
  /** Whether its redirect URI is still registered: an operator may have replaced it during the wait. */
  readonly isRegistered: boolean;
  /** Whether another tab of the visitor is entering at a relying party that keeps one login per browser. */
  readonly isOtherTabEntering: boolean;
  /** Null where the relying party no longer exists. */
  readonly transaction: LoginTransaction | null;
  /** Whether there is a URL where the relying party starts a login. */
  readonly canRestart: boolean;
  /** Restarts of this browser at the relying party within the last minute. */
  readonly recentRestarts: number;
  /** Whether the visitor pressed the button of the page that explained a loop. */
  readonly isConfirmed: boolean;
  /** Whether the relying party asks for a new authentication, and the visitor has not pressed the button for it. */
  readonly isLoginDue: boolean;
}

export type LoginState = ArrivedLogin | ValidLogin | ClaimedLogin;

export type NextStep =
  /** oidc-provider checks the request. `endsLoop`: the visitor pressed the button, so the count begins again. */
  | { readonly step: 'validate'; readonly endsLoop: boolean }
  /** The relying party gets a code; after a claim by way of /authorize, which looks at the admission once more. */
  | { readonly step: 'issue' }
  /**
   * The waiting page. It restarts an expired transaction at the claim, asks for the press where a login is due, and says
   * that the admission is in use elsewhere, or too often.
   */
  | { readonly step: 'wait'; readonly because: WaitReason }
  /** The same request once more: another tab may have the browser's next serial. */
  | { readonly step: 'round' }
  /** A page with one button, which authenticates a visitor who is inside. */
  | { readonly step: 'confirm' }
  /** The relying party starts a fresh login, which passes at once. */
  | { readonly step: 'restart' }
  /** A page that continues by itself after a moment. */
  | { readonly step: 'pause'; readonly because: 'login-loop' | 'other-tab' }
  /** A page that says what is wrong and what the visitor can do. */
  | {
      readonly step: 'explain';
      readonly because: 'login-loop' | 'restart-loop' | 'no-restart-url' | 'request-gone';
    };

export type WaitReason = 'no-admission' | 'transaction-expired' | 'login-due' | 'copied' | 'busy';

export function nextStep(login: LoginState): NextStep {
  switch (login.at) {
    case 'arrival':
      return afterArrival(login);
    case 'validation':
      return afterValidation(login);
    case 'claim':
      return afterClaim(login);
  }
}

function afterArrival({ isSilent, hasWaited, recentLogins, isBrowser }: ArrivedLogin): NextStep {
  if (isSilent) return { step: 'validate', endsLoop: false };
  if (hasWaited) return { step: 'validate', endsLoop: isPastStop('login', recentLogins) };
  switch (loopVerdict('login', recentLogins, isBrowser)) {
    case 'pass':
      return { step: 'validate', endsLoop: false };
    case 'slow':
      return { step: 'pause', because: 'login-loop' };
    case 'stop':
      return { step: 'explain', because: 'login-loop' };
  }
}

function afterValidation({ isAdmitted, use, transaction, isLoginDue }: ValidLogin): NextStep {
  if (!isAdmitted) return { step: 'wait', because: 'no-admission' };
  if (transaction && isTransactionExpired(transaction)) return { step: 'wait', because: 'transaction-expired' };
  if (isLoginDue) return { step: 'wait', because: 'login-due' };
  if (use === 'copied' || use === 'busy') return { step: 'wait', because: use };
  return { step: use ?? 'issue' };
}

function afterClaim(login: ClaimedLogin): NextStep {
  const { request, isAnswered, isRegistered, transaction } = login;
  if (login.isOtherTabEntering) return { step: 'pause', because: 'other-tab' };
  const isOver = request === 'gone' || isAnswered || !isRegistered;
  if (transaction && (isOver || isTransactionExpired(transaction))) return restart(login);
  if (request === 'gone') return { step: 'explain', because: 'request-gone' };
  return login.isLoginDue ? { step: 'confirm' } : { step: 'issue' };
}

function restart({ canRestart, recentRestarts, isConfirmed }: ClaimedLogin): NextStep {
  if (!canRestart) return { step: 'explain', because: 'no-restart-url' };
  // A relying party's restarts are counted alike for browsers and programs.
  const isLoop = loopVerdict('restart', recentRestarts, true) === 'stop';
  return isLoop && !isConfirmed ? { step: 'explain', because: 'restart-loop' } : { step: 'restart' };
}
