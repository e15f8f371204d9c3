/**
 * What a browser remembers of its logins at one relying party, sealed: how often it was sent back lately, how often a
 * login passed at once lately, and, where the relying party keeps only the newest login, when that began.
 */
import type { Lately } from '#http/lately.ts';
import { createLately } from '#http/lately.ts';
import { createSealedCookie } from '#http/sealed-cookie.ts';
import type { Seal } from '#waiting-room/seal.ts';

/** Longer than any relying party keeps a login that it keeps only one of, in seconds. */
const NEWEST_AGE = 60 * 60;

export interface LoginCookies {
  /** How often the visitor was sent back to begin anew. */
  readonly bounces: Lately;
  /** How often a login passed at once. */
  readonly logins: Lately;
  /** When the newest login began; 0 where none is known. */
  newest(header: string | undefined, clientId: string): number;
  /** `Set-Cookie` for a login that began then. */
  began(header: string | undefined, clientId: string, at: number): string;
}

export function createLoginCookies(seal: Pick<Seal, 'seal' | 'open' | 'stamp'>, secure: boolean): LoginCookies {
  const cookie = createSealedCookie(seal, secure, 'newest');
  const newest = (header: string | undefined, clientId: string) => Number(cookie.read(header, clientId) ?? 0);

  return {
    bounces: createLately(seal, secure, 'bounces'),
    logins: createLately(seal, secure, 'logins'),
    newest,
    began: (header, clientId, at) => cookie.write(clientId, `${Math.max(at, newest(header, clientId))}`, NEWEST_AGE),
  };
}
