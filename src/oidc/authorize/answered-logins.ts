/**
 * The waiting requests that this browser got a code for, in a sealed cookie. Back leads to the waiting page again, and
 * a second code for the same `state` would end at the relying party's error page.
 */
import type Provider from 'oidc-provider';
import { createSealedCookie } from '#http/sealed-cookie.ts';
import type { Seal } from '#waiting-room/seal.ts';
import { loginContext } from '../login-context.ts';
import { browserQuery } from './pushed-requests.ts';

/** In seconds: an older waiting page is not opened again. */
const MAX_AGE = 24 * 60 * 60;
/** The newest that the cookie holds. */
const CAPACITY = 20;
/** Characters of the stamp that stand for a request. */
const TAG_LENGTH = 8;

/** A travelling request: its query, and when its login started. */
export interface Answered {
  readonly clientId: string;
  readonly query: string;
  readonly startedAt: number;
}

export interface AnsweredLogins {
  has(cookieHeader: string | undefined, request: Answered): boolean;
  /** The `Set-Cookie` value that adds a request. */
  add(cookieHeader: string | undefined, request: Answered): string;
}

export function createAnsweredLogins(seal: Pick<Seal, 'seal' | 'open' | 'stamp'>, secure: boolean): AnsweredLogins {
  const cookie = createSealedCookie(seal, secure, 'answered');
  const tagOf = ({ query, startedAt }: Answered) => seal.stamp(`answered ${startedAt} ${query}`).slice(0, TAG_LENGTH);
  const tags = (header: string | undefined, clientId: string) => cookie.read(header, clientId)?.split(',') ?? [];

  return {
    has: (header, request) => tags(header, request.clientId).includes(tagOf(request)),
    add(header, request) {
      const all = [...tags(header, request.clientId), tagOf(request)].slice(-CAPACITY);
      return cookie.write(request.clientId, all.join(','), MAX_AGE);
    },
  };
}

/** Adds each request that waited and gets its code. A request that is answered at once has no waiting page. */
export function recordAnsweredLogins(provider: Provider, answered: Pick<AnsweredLogins, 'add'>): void {
  provider.on('authorization.success', (ctx) => {
    const { waitedSince } = loginContext(ctx);
    if (ctx.oidc.route !== 'authorization' || waitedSince === null) return;
    const clientId = ctx.oidc.client?.clientId ?? '';
    const request = { clientId, query: browserQuery(ctx), startedAt: waitedSince };
    ctx.append('Set-Cookie', answered.add(ctx.req.headers.cookie, request));
  });
}
