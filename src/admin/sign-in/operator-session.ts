/**
 * The session of an operator who signed in with a browser: a sealed cookie that any process can read. It ends an hour
 * after the operator's last action, twelve hours after the sign-in, at the sign-out, or when what proved the operator
 * (the token, the settings of the identity provider) has changed.
 */
import { randomBytes } from 'node:crypto';
import type { Operator } from '#http/operators.ts';
import { createRecentKeys } from '#http/recent-keys.ts';
import { cookieValue } from '#http/visitor-cookies.ts';
import { OPERATOR_ROLES } from '#waiting-room/operator-role.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { Seal } from '#waiting-room/seal.ts';

export const IDLE = 60 * 60_000;
export const LONGEST = 12 * 60 * 60_000;
/** How long a process believes that a session has not been signed out, in ms. */
const BELIEVED = 2_000;
/** How often a process looks whether the session of an open stream was signed out elsewhere, in ms. */
const LOOK = 15_000;
const CAPACITY = 1_000;

export interface OperatorSession extends Operator {
  readonly id: string;
  /** A stamp of what proved the operator. */
  readonly proof: string;
  /** When it ends without another action, and when it ends in any case, in ms since the epoch. */
  readonly endsAt: number;
  readonly lastEnd: number;
}

export interface OperatorSessions {
  /** The `Set-Cookie` value of a new session. */
  start(operator: Operator, proof: string): string;
  /** The session of a request that has not ended, or null. Rejects with StoreUnavailable. */
  find(cookieHeader: string | undefined): Promise<OperatorSession | null>;
  /** Whether a session that was found has not ended meanwhile, as far as this process knows. */
  isAlive(session: OperatorSession): boolean;
  /** The same session, with the `Set-Cookie` value that gives it another hour. */
  renew(session: OperatorSession): { readonly session: OperatorSession; readonly cookie: string };
  end(session: OperatorSession): Promise<void>;
  /** The `Set-Cookie` value that deletes the cookie. */
  readonly forget: string;
  /** What the control panel sends in `X-Anteroom-CSRF`. */
  csrfOf(session: OperatorSession): string;
  isCsrfOf(session: OperatorSession, given: string): boolean;
}

export interface OperatorSessionsDeps {
  readonly seal: Pick<Seal, 'seal' | 'open' | 'stamp' | 'isStampOf'>;
  readonly isSecure: boolean;
  readonly idempotency: Pick<Idempotency, 'remember' | 'amend'>;
  /** Whether what proved the operator still does. */
  readonly isProven: (session: OperatorSession) => boolean;
  readonly now: () => number;
}

const CONTEXT = 'operator session';
const SIGNED_OUT = 'signed out';

export function createOperatorSessions(deps: OperatorSessionsDeps): OperatorSessions {
  const { seal, isSecure, idempotency, isProven, now } = deps;
  const name = `${isSecure ? '__Host-' : ''}anteroom_operator`;
  const attributes = `; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  const isLive = createRecentKeys<boolean>({ keptFor: BELIEVED, capacity: CAPACITY, now });
  const looked = createRecentKeys<true>({ keptFor: LOOK, capacity: CAPACITY, now });
  const keyOf = ({ id }: OperatorSession) => `operator session ${id}`;
  const rest = ({ lastEnd }: OperatorSession) => Math.max(1, lastEnd - now());

  function cookieOf(session: OperatorSession): string {
    const text = seal.seal(Buffer.from(JSON.stringify(session)), CONTEXT);
    const age = Math.ceil((session.endsAt - now()) / 1000);
    return `${name}=${text}; Max-Age=${age}${attributes}`;
  }

  async function look(session: OperatorSession): Promise<boolean> {
    looked.set(session.id, true);
    const live = (await idempotency.remember(keyOf(session), '', rest(session))) !== SIGNED_OUT;
    isLive.set(session.id, live);
    return live;
  }

  const csrfText = ({ id }: OperatorSession) => `csrf ${id}`;

  return {
    start({ name: operator, role }, proof) {
      const [endsAt, lastEnd] = [now() + IDLE, now() + LONGEST];
      return cookieOf({ id: randomBytes(16).toString('base64url'), name: operator, role, proof, endsAt, lastEnd });
    },
    async find(header) {
      const sealed = cookieValue(header, name);
      const opened = sealed ? seal.open(sealed, CONTEXT) : null;
      const session = opened && read(Buffer.from(opened).toString());
      if (!session || session.endsAt <= now() || !isProven(session)) return null;
      return (isLive.get(session.id) ?? (await look(session))) ? session : null;
    },
    isAlive(session) {
      if (session.endsAt <= now()) return false;
      if (!looked.get(session.id)) void look(session).catch(() => undefined);
      return isLive.get(session.id) ?? true;
    },
    renew(before) {
      const session = { ...before, endsAt: Math.min(now() + IDLE, before.lastEnd) };
      return { session, cookie: cookieOf(session) };
    },
    async end(session) {
      isLive.set(session.id, false);
      await idempotency.remember(keyOf(session), SIGNED_OUT, rest(session));
      await idempotency.amend(keyOf(session), SIGNED_OUT, rest(session));
    },
    forget: `${name}=; Max-Age=0${attributes}`,
    csrfOf: (session) => seal.stamp(csrfText(session)),
    isCsrfOf: (session, given) => seal.isStampOf(csrfText(session), given),
  };
}

/** Null for a session of another version of the service. */
function read(text: string): OperatorSession | null {
  const { id, name, role, proof, endsAt, lastEnd } = JSON.parse(text) as Partial<OperatorSession>;
  if (typeof id !== 'string' || typeof name !== 'string' || typeof proof !== 'string') return null;
  if (!role || !OPERATOR_ROLES.includes(role) || typeof endsAt !== 'number' || typeof lastEnd !== 'number') return null;
  return { id, name, role, proof, endsAt, lastEnd };
}
