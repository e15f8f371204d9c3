/** What a relying party requests of the login, and when. Times are in ms since the epoch. */
export interface RequestedLogin {
  /** The parameters `prompt` and `max_age` of the authorization request. */
  readonly prompt: unknown;
  readonly maxAge: unknown;
  readonly startedAt: number;
  /** When the visitor was last authenticated. */
  readonly authenticatedAt: number;
  readonly now: number;
}

/** Whether a request may need a new authentication (OpenID Connect Core §3.1.2.1). */
export function asksForLogin(prompt: unknown, maxAge: unknown): boolean {
  return hasPromptLogin(prompt) || hasMaxAge(maxAge);
}

/**
 * Whether it needs one: it has prompt=login, or the last authentication is older than its max_age. An authentication
 * since the login started is enough for either.
 */
export function isLoginDue({ prompt, maxAge, startedAt, authenticatedAt, now }: RequestedLogin): boolean {
  if (authenticatedAt >= startedAt) return false;
  return hasPromptLogin(prompt) || (hasMaxAge(maxAge) && now - authenticatedAt > Number(maxAge) * 1000);
}

const hasPromptLogin = (prompt: unknown) => typeof prompt === 'string' && prompt.split(' ').includes('login');
const hasMaxAge = (maxAge: unknown) => maxAge !== undefined && maxAge !== null;
