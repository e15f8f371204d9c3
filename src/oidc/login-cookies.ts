/**
 * What a browser remembers of its logins at one relying party, sealed: how often it was sent back lately, and, where
 * the relying party keeps only the newest login, when that began.
 */
import { cookieValue } from '#http/visitor-cookies.ts';
import type { Seal } from '#waiting-room/seal.ts';

const MINUTE = 60_000;
/** Longer than any relying party keeps a login that it keeps only one of, in seconds. */
const NEWEST_AGE = 60 * 60;

export interface LoginCookies {
  /** How often the visitor was sent back in the last minute. */
  bounces(header: string | undefined, clientId: string, now: number): number;
  /** `Set-Cookie` with one bounce more; `anew` forgets those before. */
  countBounce(header: string | undefined, clientId: string, now: number, anew: boolean): string;
  /** When the newest login began; 0 where none is known. */
  newest(header: string | undefined, clientId: string): number;
  /** `Set-Cookie` for a login that began now. */
  began(header: string | undefined, clientId: string, at: number): string;
}

export function createLoginCookies(seal: Pick<Seal, 'seal' | 'open'>, secure: boolean): LoginCookies {
  const prefix = secure ? '__Host-' : '';
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;

  function read(header: string | undefined, kind: string, clientId: string): number[] {
    const sealed = cookieValue(header, `${prefix}anteroom_${kind}_${clientId}`);
    const opened = sealed ? seal.open(sealed, `${kind} ${clientId}`) : null;
    return opened ? Buffer.from(opened).toString().split(',').map(Number) : [];
  }

  function write(kind: string, clientId: string, times: readonly number[], age: number): string {
    const sealed = seal.seal(Buffer.from(times.join(',')), `${kind} ${clientId}`);
    return `${prefix}anteroom_${kind}_${clientId}=${sealed}; Max-Age=${age}${attributes}`;
  }

  const lately = (header: string | undefined, clientId: string, now: number) =>
    read(header, 'bounces', clientId).filter((at) => now - at < MINUTE);
  const newest: LoginCookies['newest'] = (header, clientId) => read(header, 'newest', clientId)[0] ?? 0;

  return {
    bounces: (header, clientId, now) => lately(header, clientId, now).length,
    countBounce: (header, clientId, now, anew) =>
      write('bounces', clientId, [...(anew ? [] : lately(header, clientId, now)), now], MINUTE / 1000),
    newest,
    began: (header, clientId, at) => write('newest', clientId, [Math.max(at, newest(header, clientId))], NEWEST_AGE),
  };
}
