import { createSealedCookie } from '#http/sealed-cookie.ts';
import type { Seal } from '#waiting-room/seal.ts';

/** Longer than any relying party that keeps one login per browser keeps it, in seconds. */
const MAX_AGE = 60 * 60;

/** A sealed cookie that remembers when a browser's newest login at a relying party started. */
export interface NewestLogin {
  /** In ms since the epoch; 0 where none is known. */
  startedAt(cookieHeader: string | undefined, clientId: string): number;
  /** `Set-Cookie` for a login that started at `at`; an older login never replaces a newer one. */
  record(cookieHeader: string | undefined, clientId: string, at: number): string;
}

export function createNewestLogin(seal: Pick<Seal, 'seal' | 'open'>, secure: boolean): NewestLogin {
  const cookie = createSealedCookie(seal, secure, 'newest');
  const startedAt = (header: string | undefined, clientId: string) => Number(cookie.read(header, clientId) ?? 0);

  return {
    startedAt,
    record: (header, clientId, at) => cookie.write(clientId, `${Math.max(at, startedAt(header, clientId))}`, MAX_AGE),
  };
}
