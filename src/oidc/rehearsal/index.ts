/**
 * `/rooms/{room}/rehearsal?pass=…`: walks the holder of a link through the states of the waiting page, under a banner, and
 * then to the real relying party, where the visitor of the rehearsal is let in. `records.ts` notes what came of the login.
 * It changes nothing in the line.
 */
import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { chain } from '#http/chain.ts';
import { type Door, labelDoor } from '#http/door.ts';
import { readForm } from '#http/form.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import { isSameOrigin } from '#http/same-origin.ts';
import { seeOther } from '#http/see-other.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import { sendPage } from '#pages/send-page.ts';
import type { Views } from '#pages/views.ts';
import { keepLanguage } from '#pages/waiting/language-form.ts';
import { createWaitingViews, NO_NOTICES } from '#pages/waiting/waiting-views.ts';
import { RoomNotFound } from '#waiting-room/errors.ts';
import type { Rehearsal, Rehearsals } from '#waiting-room/rehearsals/index.ts';
import { rehearsalTicket } from '#waiting-room/rehearsals/rehearsed-visitors.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Snapshot, Snapshots } from '#waiting-room/snapshots.ts';
import { restartLogin } from '../authorize/restart-login.ts';
import { withBanner } from './banner.ts';
import { REHEARSED_STATES, rehearsedFacts } from './states.ts';

export interface RehearsalDoorDeps {
  readonly rehearsals: Pick<Rehearsals, 'open' | 'enter' | 'record'>;
  readonly waitingRoom: { readonly snapshots: Pick<Snapshots, 'get'>; readonly relyingParties: RelyingParties };
  readonly cookies: Pick<VisitorCookies, 'inside' | 'keepInside'>;
  readonly views: Pick<Views, 'page'>;
  /** Pages for operators, whose words the banner has. */
  readonly panelPages: Pick<Views, 'localeOf'>;
  readonly assets: { url(name: string): string };
  readonly urls: PublicUrls;
  readonly now: () => number;
}

const LAST = REHEARSED_STATES.length;

export function createRehearsalDoor(deps: RehearsalDoorDeps): Door {
  const { rehearsals, cookies, views, panelPages, assets, urls, now } = deps;
  const { snapshots, relyingParties } = deps.waitingRoom;
  const { waitingData } = createWaitingViews(views.page, urls, NO_NOTICES);

  /** Where the login starts; null where there is no such place any more. */
  async function goalOf({ room, goal }: Rehearsal, { settings }: Snapshot): Promise<string | null> {
    if (goal.kind === 'relying_party') {
      const party = await relyingParties.find(goal.clientId);
      return party?.room === room ? restartLogin(party, {}, urls) : null;
    }
    const isThere = goal.kind === 'return' && settings.return_urls.includes(goal.url);
    return isThere ? urls.urlOf(`/rooms/${room}/enter?return_to=${encodeURIComponent(goal.url)}`) : null;
  }

  function refuse(ctx: Context, status: number, code: string): void {
    sendPage(ctx, status, views.page(ctx.req, 'error', { code }));
  }

  /** Null if there is none, which has been answered then. */
  async function open(ctx: Context): Promise<Rehearsal | null> {
    const { room = '' } = ctx.params;
    const rehearsal = await rehearsals.open(room, String(ctx.query.pass ?? ''));
    if (!rehearsal) refuse(ctx, 410, 'rehearsal_over');
    return rehearsal;
  }

  const stepOf = (ctx: Context) => Math.min(Math.max(1, Math.floor(Number(ctx.query.step)) || 1), LAST);

  function urlOf(ctx: Context, step: number): string {
    const query = new URLSearchParams({ pass: String(ctx.query.pass ?? ''), step: String(step) });
    return urls.pathOf(`${ctx.path}?${query}`);
  }

  async function show(ctx: Context, rehearsal: Rehearsal): Promise<void> {
    const step = stepOf(ctx);
    const state = REHEARSED_STATES[step - 1] ?? 'served';
    const snapshot = await snapshots.get(rehearsal.room);
    if (ctx.query.step === undefined) await rehearsals.record(rehearsal.room, rehearsal.id, 'opened');
    const goal = await goalOf(rehearsal, snapshot);
    const facts = rehearsedFacts(snapshot, state, now());
    const ticket = await rehearsalTicket(snapshots, rehearsal.room, '', now());
    const site = goal === null ? null : siteOf(rehearsal, goal);
    // Without its script the page stays as it is, and asks nothing of the line.
    const data = { ...waitingData(snapshot, ticket, facts, site, null), script: null, refresh: 0 };
    const html = views.page(ctx.req, 'waiting', data, snapshot.settings);
    const banner = {
      ...{ state, step, steps: LAST },
      back: step > 1 ? urlOf(ctx, step - 1) : null,
      next: step < LAST ? urlOf(ctx, step + 1) : null,
      endsBecause: step === LAST && goal === null ? ('no_goal' as const) : null,
    };
    sendPage(ctx, 200, withBanner(html, panelPages.localeOf(ctx.req), banner, assets.url('rehearsal.css')));
  }

  /** The login at the real relying party. */
  async function enter(ctx: Context, rehearsal: Rehearsal): Promise<void> {
    const { room, id } = rehearsal;
    const snapshot = await snapshots.get(room);
    const goal = await goalOf(rehearsal, snapshot);
    if (goal === null) return seeOther(ctx, urlOf(ctx, LAST));
    const known = cookies.inside(ctx.req.headers.cookie, room)?.visitor ?? null;
    const entered = await rehearsals.enter(rehearsal, snapshot.settings.admission.lifetime, known);
    if (!entered) return refuse(ctx, 409, 'rehearsal_used');
    const ticket = await rehearsalTicket(snapshots, room, entered.visitor, now());
    ctx.append('Set-Cookie', cookies.keepInside(ticket, entered));
    await rehearsals.record(room, id, 'entered');
    seeOther(ctx, goal);
  }

  async function answer(ctx: Context, handle: (rehearsal: Rehearsal) => Promise<void> | void): Promise<void> {
    try {
      const rehearsal = await open(ctx);
      if (rehearsal) await handle(rehearsal);
    } catch (error) {
      if (!(error instanceof RoomNotFound)) throw error;
      refuse(ctx, 404, error.code);
    }
  }

  const router = new Router();
  router.get('/rooms/:room/rehearsal', (ctx) => answer(ctx, (rehearsal) => show(ctx, rehearsal)));
  router.post('/rooms/:room/rehearsal', async (ctx) => {
    const form = await readForm(ctx.req);
    await answer(ctx, (rehearsal) => {
      const step = stepOf(ctx);
      if (form.has('lang')) return keepLanguage(ctx, form.get('lang') ?? '', urlOf(ctx, step), urls.origin);
      // Only the button of the last state leads in. The others would change the line.
      if (step < LAST || form.has('leave') || !isSameOrigin(ctx, urls.origin)) return seeOther(ctx, urlOf(ctx, step));
      return enter(ctx, rehearsal);
    });
  });
  return { middleware: labelDoor('oidc', chain(router.routes() as Middleware, router.allowedMethods() as Middleware)) };
}

/** The host that the visitor continues to. */
function siteOf({ goal }: Rehearsal, url: string): string {
  return new URL(goal.kind === 'return' ? goal.url : url).host;
}
