/** What the waiting page's address may show: the line, or why the visitor is not in it. */
import type { Context } from 'koa';
import type { PublicUrls } from '#http/public-urls.ts';
import type { Facts } from '#waiting-room/facts.ts';
import { reloadAfter } from '#waiting-room/poll-intervals.ts';
import type { Snapshot } from '#waiting-room/snapshots.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import { sendPage } from '../send-page.ts';
import { RETRY_AFTER } from '../unavailable.ts';
import type { Render } from '../views.ts';
import type { UseState } from './use-state.ts';

/** A room as far as it is known: null while the store is unavailable and this process has not seen the room yet. */
export type KnownRoom = Snapshot | null;

export interface AlteredAddress {
  /** Where the site starts over; null if it is not known. */
  readonly wayBack: string | null;
  /** Whether the browser has a ticket that opens. */
  readonly hasPlace: boolean;
}

export interface WaitingViews {
  /**
   * The waiting page. Without facts, as the store is unavailable, it shows what the ticket says.
   *
   * @param site host that the visitor continues to; null if it is not known.
   */
  waiting(ctx: Context, known: KnownRoom, ticket: Ticket, facts: Facts | null, site: string | null): void;
  /** @param again URL through the door; null if there is none. */
  newcomer(ctx: Context, known: Snapshot, facts: Facts, again: string | null, site: string | null): void;
  closed(ctx: Context, known: KnownRoom, room: string): void;
  /** @param again URL to join the line again; null if there is none. */
  left(ctx: Context, known: KnownRoom, room: string, again: string | null): void;
  /** @param again URL to join the line with cookies; null if there is none. */
  cookiesRequired(ctx: Context, known: KnownRoom, room: string, again: string | null): void;
  addressAltered(ctx: Context, known: KnownRoom, room: string, more: AlteredAddress): void;
  /** @param again URL through the door; null if there is none. */
  inUse(ctx: Context, known: KnownRoom, room: string, state: UseState, again: string | null): void;
  foreign(ctx: Context): void;
  roomNotFound(ctx: Context): void;
}

export function createWaitingViews(render: Render, urls: Pick<PublicUrls, 'pathOf'>): WaitingViews {
  function show(ctx: Context, known: KnownRoom, status: number, view: string, data: Record<string, unknown>): void {
    sendPage(ctx, status, render(ctx.req, view, data, known?.settings));
  }

  return {
    waiting(ctx, known, ticket, facts, site) {
      const event = ticket.entry && known ? known.view.draws[ticket.entry.draw - 1]?.event : null;
      show(ctx, known, 200, 'waiting', {
        title: titleOf(known, ticket.room),
        script: 'waiting.js',
        languageForm: true,
        site,
        facts,
        number: facts ? facts.number : ticket.number || null,
        order: known?.event?.order ?? 'arrival',
        drawUrl: event ? urls.pathOf(`/rooms/${ticket.room}/draws/${event}`) : null,
        missedTurn: facts?.rejoin_at ?? known?.settings.admission.missed_turn ?? 'front',
        statusUrl: urls.pathOf(`/rooms/${ticket.room}/status`),
        refresh: refreshAfter(known, facts),
        refreshUrl: null,
        again: null,
      });
    },
    newcomer(ctx, known, facts, again, site) {
      const { id, title } = known.settings;
      show(ctx, known, 200, 'waiting', {
        title,
        script: 'waiting.js',
        languageForm: true,
        site,
        facts,
        number: null,
        order: 'arrival',
        drawUrl: null,
        missedTurn: 'front',
        statusUrl: urls.pathOf(`/rooms/${id}/status`),
        refresh: facts.state === 'full' && again ? RECHECK : 0,
        refreshUrl: again,
        again,
      });
    },
    closed(ctx, known, room) {
      const { message = null, closed_reason = null } = known?.settings ?? {};
      show(ctx, known, 200, 'room-closed', { title: titleOf(known, room), message, reason: closed_reason });
    },
    left(ctx, known, room, again) {
      show(ctx, known, 200, 'left-line', { title: titleOf(known, room), again });
    },
    cookiesRequired(ctx, known, room, again) {
      show(ctx, known, 400, 'cookies-required', { title: titleOf(known, room), again });
    },
    addressAltered(ctx, known, room, more) {
      show(ctx, known, 400, 'address-altered', { title: titleOf(known, room), ...more });
    },
    inUse(ctx, known, room, state, again) {
      const title = titleOf(known, room);
      if (state === 'copied') return show(ctx, known, 200, 'copied', { title });
      show(ctx, known, 200, 'other-tab', { title, url: again ?? urls.pathOf(ctx.url) });
      ctx.set('Refresh', again ? `${BUSY};url=${again}` : `${BUSY}`);
    },
    foreign(ctx) {
      show(ctx, null, 400, 'error', {
        code: 'not_yours',
        description: 'This waiting page belongs to another browser.',
      });
    },
    roomNotFound(ctx) {
      show(ctx, null, 404, 'error', { code: 'room_not_found', description: 'There is no such waiting room.' });
    },
  };
}

/** Seconds after which the page of a full line tries the door again. */
const RECHECK = 30;

/** Seconds after which a browser that uses its admission too often goes on. */
const BUSY = 20;

function titleOf(known: KnownRoom, room: string): string {
  return known?.settings.title ?? room;
}

/**
 * Seconds after which a page without scripts reloads, which keeps its visitor present. A served visitor has until the
 * end of the claim window to press the button. A passed turn does not change any more: 0 is never.
 */
function refreshAfter(known: KnownRoom, facts: Facts | null): number {
  if (!facts) return RETRY_AFTER;
  if (facts.claim_by) return Math.ceil((Date.parse(facts.claim_by) - Date.parse(facts.updated_at)) / 1000) + 1;
  if (facts.state === 'expired') return 0;
  return known ? reloadAfter(known.settings) : facts.heartbeat_after;
}
