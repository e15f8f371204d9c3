import type Router from '@koa/router';
import type { Context } from 'koa';
import { Problem } from '#http/problem.ts';
import { isSameOrigin } from '#http/same-origin.ts';
import { CSRF_HEADER } from './authenticate.ts';
import type { OperatorSession, OperatorSessions } from './operator-session.ts';

export interface SessionRoutesDeps {
  readonly sessions: OperatorSessions;
  readonly origin: string;
  readonly signedOut: (ctx: Context, session: OperatorSession) => void;
}

/** What the control panel asks about its own session. Other origins cannot read the answers. */
export function sessionRoutes(router: Router, { sessions, origin, signedOut }: SessionRoutesDeps): void {
  async function own(ctx: Context): Promise<OperatorSession | null> {
    ctx.set('Cache-Control', 'no-store');
    return isSameOrigin(ctx, origin) ? sessions.find(ctx.req.headers.cookie) : null;
  }

  async function confirmed(ctx: Context): Promise<OperatorSession> {
    const session = await own(ctx);
    if (session && sessions.isCsrfOf(session, ctx.get(CSRF_HEADER))) return session;
    throw new Problem('unauthorized', { detail: 'Nobody is signed in here.' });
  }

  function show(ctx: Context, session: OperatorSession): void {
    const { name, role, endsAt, lastEnd } = session;
    ctx.body = {
      operator: name,
      role,
      csrf: sessions.csrfOf(session),
      ends_at: new Date(endsAt).toISOString(),
      last_end: new Date(lastEnd).toISOString(),
    };
  }

  // That nobody is signed in is an answer like another: browsers would log an error.
  router.get('/admin/session', async (ctx) => {
    const session = await own(ctx);
    if (session) show(ctx, session);
    else ctx.status = 204;
  });

  router.post('/admin/session', async (ctx) => {
    const { session, cookie } = sessions.renew(await confirmed(ctx));
    ctx.append('Set-Cookie', cookie);
    show(ctx, session);
  });

  router.delete('/admin/session', async (ctx) => {
    // This browser forgets the session even if the store cannot be told.
    if (isSameOrigin(ctx, origin)) ctx.append('Set-Cookie', sessions.forget);
    const session = await confirmed(ctx);
    await sessions.end(session);
    signedOut(ctx, session);
    ctx.status = 204;
  });
}
