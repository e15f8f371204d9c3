/**
 * `GET /rooms/{room}/draws/{event}`: what was promised before a draw and shown after it, as JSON for anybody and as
 * a page on which an entrant's browser computes their own place anew.
 */
import Router from '@koa/router';
import type { Middleware } from 'koa';
import { Problem } from '#http/problem.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { DrawReports } from '#waiting-room/draw-report.ts';

export interface DrawPagesDeps {
  readonly reports: DrawReports;
  readonly cookies: Pick<VisitorCookies, 'ticket'>;
  readonly render: (view: string, data: Record<string, unknown>) => string;
}

export function createDrawPages({ reports, cookies, render }: DrawPagesDeps): Middleware {
  const router = new Router();
  router.get('/rooms/:room/draws/:event', async (ctx) => {
    const { room = '', event = '' } = ctx.params;
    const found = await reports.find(room, event, cookies.ticket(ctx.req.headers.cookie, room));
    if (!found) throw new Problem('not_found', { detail: `The room "${room}" has no draw of an event "${event}".` });
    ctx.vary('Accept');
    ctx.set('Access-Control-Allow-Origin', '*');
    if (ctx.accepts('json', 'html') === 'html') {
      ctx.set('Cache-Control', 'no-store');
      ctx.type = 'html';
      ctx.body = render('draw', { ...found, title: event, script: found.own ? 'draw.js' : undefined });
      return;
    }
    ctx.set('Cache-Control', 'public, max-age=1');
    ctx.body = found.report;
  });
  // The router adds to the context what its middleware's type asks to be there.
  return router.routes() as Middleware;
}
