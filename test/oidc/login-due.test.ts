import { describe, expect, test } from 'vitest';
import { asksForLogin, isLoginDue, type RequestedLogin } from '#oidc/authorize/login-due.ts';

const ordinary: RequestedLogin = {
  prompt: undefined,
  maxAge: undefined,
  startedAt: 100_000,
  authenticatedAt: 40_000,
  now: 100_000,
};

describe('a new authentication', () => {
  test.each<[difference: Partial<RequestedLogin>, due: boolean]>([
    [{}, false],
    [{ prompt: 'login' }, true],
    [{ prompt: 'consent login' }, true],
    [{ prompt: 'none' }, false],
    [{ prompt: 'relogin' }, false],
    [{ maxAge: 0 }, true],
    [{ maxAge: '59' }, true],
    [{ maxAge: '60' }, false],
    [{ maxAge: 61 }, false],
    [{ maxAge: null }, false],
    [{ maxAge: '60', now: 100_001 }, true],
    // Since the login started, one is enough, however long the answer takes.
    [{ prompt: 'login', maxAge: 0, authenticatedAt: 100_000, now: 200_000 }, false],
    [{ prompt: 'login', authenticatedAt: 99_999 }, true],
  ])('%o: %s', (difference, due) => {
    const login = { ...ordinary, ...difference };
    expect(isLoginDue(login)).toBe(due);
    if (due) expect(asksForLogin(login.prompt, login.maxAge)).toBe(true);
  });

  test('is never asked for by a request without prompt=login and max_age', () => {
    expect([asksForLogin(null, null), asksForLogin('none', undefined)]).toEqual([false, false]);
  });
});
