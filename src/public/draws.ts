/**
 * `GET /rooms/{room}/draws/{event}`: the promise before a draw and the proof after it, as JSON for programs and as a
 * page on which an entrant's browser recomputes its own place. POST keeps the language that the page is to be shown in.
 */
import Router from '@koa/router';
import type { Middleware } from 'koa';
import { Problem } from '#http/problem.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Render } from '#pages/views.ts';
import { answerLanguageForm } from '#pages/waiting/language-form.ts';
import type { DrawReports } from '#waiting-room/draw-report.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';

export interface DrawPagesDeps {
  readonly reports: DrawReports;
  readonly snapshots: Pick<WaitingRoom['snapshots'], 'get'>;
  readonly cookies: Pick<VisitorCookies, 'ticket'>;
  readonly render: Render;
  /** The origin of the service is where its forms come from. */
  readonly urls: Pick<PublicUrls, 'origin' | 'pathOf'>;
}

export function createDrawPages({ reports, snapshots, cookies, render, urls }: DrawPagesDeps): Middleware {
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
      const data = { report: found.ofLane, own: found.own, title: settings.title, script, languageForm: true };
      ctx.body = render(ctx.req, 'draw', data, settings);
      return;
    }
    ctx.set('Cache-Control', 'public, max-age=1');
    ctx.body = found.report;
  });
  router.post('/rooms/:room/draws/:event', (ctx) => answerLanguageForm(ctx, urls));
  // The router's own type of context has more than this middleware needs.
  return router.routes() as Middleware;
}
