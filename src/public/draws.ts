/**
 * `GET /rooms/{room}/draws/{event}`: the promise before a draw and the proof after it, as JSON for programs and as a
 * page on which an entrant's browser recomputes its own place.
 */
import Router from '@koa/router';
import type { Middleware } from 'koa';
import { Problem } from '#http/problem.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Render } from '#pages/views.ts';
import type { DrawReports } from '#waiting-room/draw-report.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';

export interface DrawPagesDeps {
  readonly reports: DrawReports;
  readonly snapshots: Pick<WaitingRoom['snapshots'], 'get'>;
  readonly cookies: Pick<VisitorCookies, 'ticket'>;
  readonly render: Render;
}

export function createDrawPages({ reports, snapshots, cookies, render }: DrawPagesDeps): Middleware {
  const router = new Router();
  router.get('/rooms/:room/draws/:event', async (ctx) => {
    const { room = '', event = '' } = ctx.params;
    const found = await reports.find(room, event, cookies.ticket(ctx.req.headers.cookie, room));
    if (!found) throw new Problem('not_found', { detail: `The room "${room}" has no draw for the event "${event}".` });
    ctx.vary('Accept');
    ctx.set('Access-Control-Allow-Origin', '*');
    if (ctx.accepts('json', 'html') === 'html') {
      ctx.set('Cache-Control', 'no-store');
      ctx.type = 'html';
      const { settings } = await snapshots.get(room);
      const script = found.own ? 'draw.js' : undefined;
      const data = { report: found.ofLane, own: found.own, title: settings.title, script };
      ctx.body = render(ctx.req, 'draw', data, settings);
      return;
    }
    ctx.set('Cache-Control', 'public, max-age=1');
    ctx.body = found.report;
  });
  // The router's own type of context has more than this middleware needs.
  return router.routes() as Middleware;
}
