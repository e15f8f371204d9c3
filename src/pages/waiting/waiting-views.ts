/** What the waiting page's address may show: the line, or why the visitor is not in it. */
import type { Context } from 'koa';
import type { PublicUrls } from '#http/public-urls.ts';
import { isDue } from '#waiting-room/due-notices.ts';
import { hasToPress } from '#waiting-room/entry/press.ts';
import type { Facts } from '#waiting-room/facts.ts';
import { claimWindowOf, reloadAfter } from '#waiting-room/poll-intervals.ts';
import { type Snapshot, snapshotOfLane } from '#waiting-room/snapshots.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import { sendPage } from '../send-page.ts';
import { RETRY_AFTER } from '../unavailable.ts';
import type { Render } from '../views.ts';
import { type NoticeNews, type NoticeState, newsOf, readNoticeState } from './notice-state.ts';
import { isRenumbered } from './renumbered.ts';
import type { UseState } from './use-state.ts';

/** A room as far as it is known: null while the store is unavailable and this process has not seen the room yet. */
export type KnownRoom = Snapshot | null;

export interface AlteredAddress {
  /** Where the site starts over; null if it is not known. */
  readonly wayBack: string | null;
  /** Whether the browser has a ticket that opens. */
  readonly hasPlace: boolean;
}

/** What the view of the waiting page is given. Without facts, as the store is unavailable, it shows what the ticket says. */
export type WaitingData = (
  known: KnownRoom,
  ticket: Ticket,
  facts: Facts | null,
  site: string | null,
  landing: string | null,
) => LineData;

/** What the view of the waiting page is given, and the page around it. */
export type LineData = Readonly<{
  title: string;
  script: string;
  languageForm: boolean;
  /** The host that the visitor continues to; null if it is not known. */
  site: string | null;
  facts: Facts | null;
  number: number | null;
  lane: string | null;
  order: 'arrival' | 'draw';
  drawUrl: string | null;
  seedHash: string | null;
  claimSeconds: number;
  missedTurn: 'front' | 'back';
  statusUrl: string;
  /** When the page reloads without scripts, in seconds. */
  refresh: number;
  refreshUrl: string | null;
  /** URL through the door; null if there is none. */
  again: string | null;
  landing: string | null;
  /** How long before the turn a visitor is sent an e-mail, in seconds; null where nobody is. */
  emailBefore: number | null;
  /** How browsers subscribe to a notification, and how long before the turn it is sent, in seconds; null where none is. */
  push: { readonly before: number; readonly key: string; readonly worker: string } | null;
  noticeState: NoticeState | null;
  /** What the page says of the message that the visitor asked for; null if there is none. */
  noticeNews: NoticeNews | null;
  /** Whether a message that is asked for now is sent at once: then none is offered. */
  isNoticeDue: boolean;
  /** Whether the number is another one than before, as the line was reset or a reset was undone. */
  isRenumbered: boolean;
  /** Whether a visitor without scripts has to press "Check again" to count as present. */
  hasToPress: boolean;
}>;

/** Of pages that nobody waits on. */
export const NO_NOTICES: SentNotices = { email: false, pushKey: null };

export interface WaitingViews {
  readonly waitingData: WaitingData;
  /**
   * The waiting page. Without facts, as the store is unavailable, it shows what the ticket says.
   *
   * @param site host that the visitor continues to; null if it is not known.
   * @param landing URL for visitors of a room that is sold out, or may be soon.
   * @param former ticket that this one replaced.
   */
  waiting(
    ctx: Context,
    known: KnownRoom,
    ticket: Ticket,
    facts: Facts | null,
    site: string | null,
    landing: string | null,
    former: Ticket | null,
  ): void;
  /** @param again URL through the door; null if there is none. */
  newcomer(ctx: Context, known: Snapshot, facts: Facts, again: string | null, site: string | null): void;
  /** @param landing URL for visitors of a room that is sold out; null if there is none. */
  closed(ctx: Context, known: KnownRoom, room: string, landing: string | null): void;
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

/** What the service can send of what a room offers. */
export interface SentNotices {
  readonly email: boolean;
  /** The public key of its notifications; null where it sends none. */
  readonly pushKey: string | null;
}

export function createWaitingViews(render: Render, urls: Pick<PublicUrls, 'pathOf'>, sends: SentNotices): WaitingViews {
  /** How long before the turn a visitor is sent an e-mail, in seconds; null where nobody is. */
  const emailBefore = (known: KnownRoom) => {
    const notify = known?.settings.notify;
    return sends.email && notify?.email ? notify.before / 1000 : null;
  };
  // Without a hash, so that a later worker takes the place of an earlier one.
  const worker = urls.pathOf('/assets/push-worker.js');
  const pushOf = (known: KnownRoom) => {
    const { pushKey: key } = sends;
    const notify = known?.settings.notify;
    return key !== null && notify?.push ? { before: notify.before / 1000, key, worker } : null;
  };

  /** A state of the line, with the status that the operator chose for it. */
  function showLine(ctx: Context, known: KnownRoom, view: string, data: LineData): void {
    const { status_code: status = 200 } = known?.settings ?? {};
    show(ctx, known, status, view, data);
    if (status === 429 || status === 503) ctx.set('Retry-After', String(data.refresh || RECHECK));
  }

  function show(ctx: Context, known: KnownRoom, status: number, view: string, data: Record<string, unknown>): void {
    sendPage(ctx, status, render(ctx.req, view, data, known?.settings));
  }

  const waitingData: WaitingData = (known, ticket, facts, site, landing) => {
    const lane = known && snapshotOfLane(known, ticket.lane);
    const draw = ticket.entry && lane ? lane.view.draws[ticket.entry.draw - 1] : undefined;
    return {
      title: titleOf(known, ticket.room),
      script: 'waiting.js',
      languageForm: true,
      site,
      facts,
      number: facts ? facts.number : ticket.number || null,
      lane: facts ? (facts.lane ?? null) : (ticket.lane ?? null),
      order: known?.event?.order ?? 'arrival',
      drawUrl: draw ? urls.pathOf(`/rooms/${ticket.room}/draws/${draw.event}`) : null,
      seedHash: draw?.order === 'draw' ? draw.seedHash : null,
      claimSeconds: claimSecondsOf(known),
      missedTurn: facts?.rejoin_at ?? known?.settings.admission.missed_turn ?? 'front',
      statusUrl: urls.pathOf(`/rooms/${ticket.room}/status`),
      refresh: refreshAfter(known, facts),
      refreshUrl: null,
      again: null,
      landing,
      emailBefore: emailBefore(known),
      push: pushOf(known),
      noticeState: null,
      noticeNews: null,
      isNoticeDue: known !== null && isDue(known, facts?.estimated_wait ?? null),
      isRenumbered: false,
      hasToPress: known !== null && hasToPress(known.settings, ticket),
    };
  };

  return {
    waitingData,
    waiting(ctx, known, ticket, facts, site, landing, former) {
      const noticeState = readNoticeState(ctx.querystring);
      const data = waitingData(known, ticket, facts, site, landing);
      // A page that reloads empties its form.
      const hasForm = data.emailBefore !== null && (noticeState === 'form' || noticeState === 'refused');
      const refresh = hasForm && isUnserved(facts) ? 0 : data.refresh;
      const noticeNews = newsOf(noticeState, data.isNoticeDue);
      const renumbered = isRenumbered(former, ticket, data.number);
      showLine(ctx, known, 'waiting', { ...data, isRenumbered: renumbered, noticeState, noticeNews, refresh });
    },
    newcomer(ctx, known, facts, again, site) {
      const { id, title } = known.settings;
      showLine(ctx, known, 'waiting', {
        title,
        script: 'waiting.js',
        languageForm: true,
        site,
        facts,
        number: null,
        lane: null,
        order: 'arrival',
        drawUrl: null,
        seedHash: null,
        claimSeconds: claimSecondsOf(known),
        missedTurn: 'front',
        statusUrl: urls.pathOf(`/rooms/${id}/status`),
        refresh: facts.state === 'full' && again ? RECHECK : 0,
        refreshUrl: again,
        again,
        landing: null,
        emailBefore: null,
        push: null,
        noticeState: null,
        noticeNews: null,
        isNoticeDue: false,
        isRenumbered: false,
        hasToPress: false,
      });
    },
    closed(ctx, known, room, landing) {
      const { closed_reason = null } = known?.settings ?? {};
      show(ctx, known, 200, 'room-closed', {
        ...{ title: titleOf(known, room), reason: closed_reason, landing, languageForm: true },
      });
    },
    left(ctx, known, room, again) {
      show(ctx, known, 200, 'left-line', { title: titleOf(known, room), again, languageForm: true });
    },
    cookiesRequired(ctx, known, room, again) {
      show(ctx, known, 400, 'cookies-required', { title: titleOf(known, room), again });
    },
    addressAltered(ctx, known, room, more) {
      show(ctx, known, 400, 'address-altered', { title: titleOf(known, room), ...more, languageForm: true });
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
        languageForm: true,
      });
    },
    roomNotFound(ctx) {
      const description = 'There is no such waiting room.';
      show(ctx, null, 404, 'error', { code: 'room_not_found', description, languageForm: true });
    },
  };
}

/** Whether the page offers a message ahead of the turn. */
const isUnserved = (facts: Facts | null): boolean => facts?.state === 'waiting' || facts?.state === 'paused';

/** Seconds after which the page of a full line tries the door again. */
const RECHECK = 30;

/** The claim window of a room that is not known, in ms: the default. */
const CLAIM_WINDOW = 120_000;

/** Seconds after which a browser that uses its admission too often goes on. */
const BUSY = 20;

const claimSecondsOf = (known: KnownRoom): number => (known ? claimWindowOf(known.settings) : CLAIM_WINDOW) / 1000;

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
