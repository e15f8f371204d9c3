import { randomBytes } from 'node:crypto';
import type { Admission } from './admission.ts';

/** A visitor inside the shop. The logout needs the ID token as `id_token_hint`. */
export interface Session extends Admission {
  readonly idToken: string;
}

/** The shop's sessions, in memory, one for each `sub`. None outlives its ID token. */
export interface Sessions {
  /** Opens a session, which ends the one before of the same `sub`, and returns its id, the cookie's value. */
  open(session: Session): string;
  find(id: string | undefined): Session | null;
  end(id: string | undefined): void;
}

export function createSessions({ now }: { readonly now: () => number }): Sessions {
  const sessions = new Map<string, Session>();
  /** By `sub`: the id of the session that counts. Cookies and tokens can be copied, and the newest login wins. */
  const newest = new Map<string, string>();

  function end(id: string | undefined): void {
    const session = id === undefined ? undefined : sessions.get(id);
    if (id === undefined || session === undefined) return;
    sessions.delete(id);
    if (newest.get(session.sub) === id) newest.delete(session.sub);
  }

  /** Deletes the oldest sessions that are over. Lifetimes are alike, so none stays for long. */
  function sweep(): void {
    for (const [id, { expiresAt }] of sessions) {
      if (expiresAt > now()) return;
      end(id);
    }
  }

  return {
    open(session) {
      sweep();
      end(newest.get(session.sub));
      const id = randomBytes(32).toString('base64url');
      sessions.set(id, session);
      newest.set(session.sub, id);
      return id;
    },
    find(id) {
      const session = id === undefined ? undefined : sessions.get(id);
      return session !== undefined && session.expiresAt > now() ? session : null;
    },
    end,
  };
}
