import { randomBytes } from 'node:crypto';
import type { Admission } from './admission.ts';

/** A visitor inside the shop. The logout needs the ID token as `id_token_hint`. */
export interface Session extends Admission {
  readonly idToken: string;
}

/** The shop's sessions, in memory. None outlives its ID token. */
export interface Sessions {
  /** Opens a session and returns its id, the cookie's value. */
  open(session: Session): string;
  find(id: string | undefined): Session | null;
  end(id: string | undefined): void;
}

export function createSessions({ now }: { readonly now: () => number }): Sessions {
  const sessions = new Map<string, Session>();

  /** Deletes the oldest sessions that are over. Lifetimes are alike, so none stays for long. */
  function sweep(): void {
    for (const [id, { expiresAt }] of sessions) {
      if (expiresAt > now()) return;
      sessions.delete(id);
    }
  }

  return {
    open(session) {
      sweep();
      const id = randomBytes(32).toString('base64url');
      sessions.set(id, session);
      return id;
    },
    find(id) {
      const session = id === undefined ? undefined : sessions.get(id);
      return session !== undefined && session.expiresAt > now() ? session : null;
    },
    end(id) {
      if (id !== undefined) sessions.delete(id);
    },
  };
}
