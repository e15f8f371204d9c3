import { describe, expect, test } from 'vitest';
import type { ArrivedLogin, ClaimedLogin, NextStep, ValidLogin } from '#oidc/authorize/next-step.ts';
import { nextStep } from '#oidc/authorize/next-step.ts';

const MINUTE = 60_000;
const live = { age: 0, window: 10 * MINUTE, isSuperseded: false };
const expired = { ...live, age: 9.5 * MINUTE };

/** Each row: what differs from an ordinary login, and the step. */
type Row<S> = readonly [difference: Partial<S>, step: NextStep];

const validate = { step: 'validate', endsLoop: false } as const;
const pause = { step: 'pause', because: 'login-loop' } as const;
const explain = { step: 'explain', because: 'login-loop' } as const;

describe('the next step of a login that arrives at /authorize', () => {
  const ordinary: ArrivedLogin = {
    at: 'arrival',
    isSilent: false,
    hasWaited: false,
    recentLogins: 0,
    isBrowser: true,
  };
  test.each<Row<ArrivedLogin>>([
    [{}, validate],
    [{ recentLogins: 3 }, validate],
    [{ recentLogins: 4 }, pause],
    [{ recentLogins: 9 }, pause],
    [{ recentLogins: 10 }, explain],
    [{ recentLogins: 20 }, explain],
    [{ recentLogins: 9, isBrowser: false }, validate],
    [{ recentLogins: 10, isBrowser: false }, explain],
    [{ recentLogins: 20, isSilent: true }, validate],
    [{ recentLogins: 20, isSilent: true, hasWaited: true }, validate],
    [{ recentLogins: 4, hasWaited: true }, validate],
    [{ recentLogins: 10, hasWaited: true }, validate],
    [
      { recentLogins: 11, hasWaited: true },
      { step: 'validate', endsLoop: true },
    ],
  ])('%o: %o', (difference, step) => {
    expect(nextStep({ ...ordinary, ...difference })).toEqual(step);
  });
});

describe('the next step of a login that oidc-provider found valid', () => {
  const ordinary: ValidLogin = {
    at: 'validation',
    isAdmitted: true,
    use: null,
    transaction: null,
    isLoginDue: false,
  };
  const asksLater = { step: 'wait', because: 'login-due' } as const;
  const waits = { step: 'wait', because: 'no-admission' } as const;
  const restartsLater = { step: 'wait', because: 'transaction-expired' } as const;
  test.each<Row<ValidLogin>>([
    [{}, { step: 'issue' }],
    [{ isAdmitted: false }, waits],
    [{ isAdmitted: false, transaction: live }, waits],
    [{ isAdmitted: false, transaction: expired }, waits],
    [{ transaction: live }, { step: 'issue' }],
    [{ isLoginDue: true }, asksLater],
    [{ isLoginDue: true, transaction: live }, asksLater],
    [{ isLoginDue: true, transaction: expired }, restartsLater],
    [{ isLoginDue: true, isAdmitted: false }, waits],
    [{ transaction: expired }, restartsLater],
    [{ use: 'issue' }, { step: 'issue' }],
    [{ use: 'round' }, { step: 'round' }],
    [{ use: 'copied' }, { step: 'wait', because: 'copied' }],
    [{ use: 'busy' }, { step: 'wait', because: 'busy' }],
    [{ use: 'issue', isLoginDue: true }, asksLater],
    [{ use: 'copied', isAdmitted: false }, waits],
    [{ use: 'round', transaction: expired }, restartsLater],
    [{ transaction: { ...live, isSuperseded: true } }, restartsLater],
    [{ transaction: { ...live, isSuperseded: true, window: null } }, restartsLater],
    [{ transaction: { ...expired, window: null } }, { step: 'issue' }],
    // The margin is 30 s of a window of ten minutes, and a tenth of a window of one.
    [{ transaction: { ...live, age: 9.5 * MINUTE - 1 } }, { step: 'issue' }],
    [{ transaction: { ...live, window: MINUTE, age: 53_999 } }, { step: 'issue' }],
    [{ transaction: { ...live, window: MINUTE, age: 54_000 } }, restartsLater],
  ])('%o: %o', (difference, step) => {
    expect(nextStep({ ...ordinary, ...difference })).toEqual(step);
  });
});

describe('the next step of a login whose visitor claimed the turn', () => {
  const ordinary: ClaimedLogin = {
    at: 'claim',
    request: 'travelling',
    isAnswered: false,
    isRegistered: true,
    isOtherTabEntering: false,
    transaction: live,
    canRestart: true,
    recentRestarts: 0,
    isConfirmed: false,
    isLoginDue: false,
  };
  const confirm = { step: 'confirm' } as const;
  const otherTab = { step: 'pause', because: 'other-tab' } as const;
  const noWay = { step: 'explain', because: 'no-restart-url' } as const;
  const loops = { step: 'explain', because: 'restart-loop' } as const;
  const gone = { step: 'explain', because: 'request-gone' } as const;
  test.each<Row<ClaimedLogin>>([
    [{}, { step: 'issue' }],
    [{ request: 'stored' }, { step: 'issue' }],
    [{ transaction: null }, { step: 'issue' }],
    [{ request: 'stored', transaction: null }, { step: 'issue' }],
    [{ request: 'gone' }, { step: 'restart' }],
    [{ request: 'gone', transaction: null, canRestart: false }, gone],
    [{ transaction: expired }, { step: 'restart' }],
    [{ request: 'stored', transaction: expired }, { step: 'restart' }],
    [{ transaction: { ...live, isSuperseded: true } }, { step: 'restart' }],
    [{ isAnswered: true }, { step: 'restart' }],
    [{ isAnswered: true, canRestart: false }, noWay],
    [{ isRegistered: false }, { step: 'restart' }],
    [{ isRegistered: false, request: 'stored' }, { step: 'restart' }],
    [{ isRegistered: false, isLoginDue: true }, { step: 'restart' }],
    [{ isRegistered: false, canRestart: false }, noWay],
    [{ isRegistered: false, recentRestarts: 2 }, loops],
    [{ isRegistered: false, isOtherTabEntering: true }, otherTab],
    [{ isAnswered: true, recentRestarts: 2 }, loops],
    [{ transaction: expired, canRestart: false }, noWay],
    [{ transaction: expired, canRestart: false, isConfirmed: true }, noWay],
    [{ transaction: expired, recentRestarts: 1 }, { step: 'restart' }],
    [{ transaction: expired, recentRestarts: 2 }, loops],
    [{ request: 'gone', recentRestarts: 2 }, loops],
    [{ transaction: expired, recentRestarts: 2, isConfirmed: true }, { step: 'restart' }],
    // A past loop does not stop a login that can get its code.
    [{ recentRestarts: 9 }, { step: 'issue' }],
    [{ isLoginDue: true }, confirm],
    [{ isLoginDue: true, request: 'stored' }, confirm],
    [{ isLoginDue: true, transaction: null }, confirm],
    [{ isLoginDue: true, isAnswered: true }, { step: 'restart' }],
    [{ isLoginDue: true, transaction: expired }, { step: 'restart' }],
    [{ isLoginDue: true, request: 'gone' }, { step: 'restart' }],
    [{ isLoginDue: true, isOtherTabEntering: true }, otherTab],
    [{ isOtherTabEntering: true }, otherTab],
    [{ isOtherTabEntering: true, transaction: expired, canRestart: false }, otherTab],
    [{ isOtherTabEntering: true, request: 'gone' }, otherTab],
  ])('%o: %o', (difference, step) => {
    expect(nextStep({ ...ordinary, ...difference })).toEqual(step);
  });
});
