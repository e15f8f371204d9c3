/** Who is signed in. The session itself is a cookie that this code cannot read. */
import { computed, signal } from '@preact/signals';

export type Role = 'viewer' | 'operator' | 'owner';

export interface Session {
  readonly operator: string;
  readonly role: Role;
  readonly csrf: string;
  readonly ends_at: string;
}

const ROLES: readonly Role[] = ['viewer', 'operator', 'owner'];

/** Null: nobody is signed in. Undefined: not known yet. */
export const session = signal<Session | null | undefined>(undefined);

let lastRole: Role = 'viewer';
/** After a session ended, that of the session: an open dialog says what happened, and does not vanish. */
export const role = computed<Role>(() => {
  lastRole = session.value?.role ?? lastRole;
  return lastRole;
});

/** Whether the operator's role includes another. What it does not include is not offered. */
export const may = (needed: Role): boolean => ROLES.indexOf(role.value) >= ROLES.indexOf(needed);

const CSRF = 'X-Anteroom-CSRF';
/** How often, in ms, what an operator does here prolongs the session. */
const RENEW = 5 * 60_000;
let renewedAt = Date.now();

export const csrfHeaders = (): Record<string, string> => (session.value ? { [CSRF]: session.value.csrf } : {});

export async function loadSession(): Promise<void> {
  const answer = await fetch('session', { cache: 'no-store' });
  // 204: nobody is signed in. A server that is in trouble says nothing about the session.
  if (answer.status === 204) session.value = null;
  else if (answer.ok) session.value = (await answer.json()) as Session;
}

/** Keeps a session alive while somebody works here. An open page alone does not. */
export function keepAlive(): void {
  const active = () => {
    if (!session.value || Date.now() - renewedAt < RENEW) return;
    renewedAt = Date.now();
    void fetch('session', { method: 'POST', headers: csrfHeaders() }).then((answer) => {
      if (answer.status === 401) session.value = null;
    });
  };
  addEventListener('pointerdown', active);
  addEventListener('keydown', active);
}

export async function signOut(): Promise<void> {
  await fetch('session', { method: 'DELETE', headers: csrfHeaders() });
  location.assign('sign-in');
}
