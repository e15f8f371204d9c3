/**
 * The pages of a room as visitors would see them in each state, with invented numbers. Nothing of the line is read or
 * changed. The page carries its style sheets and logo in itself, as a theme that is not saved has no files yet, and no
 * script runs on it.
 */
import { createHash } from 'node:crypto';
import type { Assets } from '#http/assets.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { Facts } from '#waiting-room/facts.ts';
import { claimWindowOf } from '#waiting-room/poll-intervals.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { Views } from '../views.ts';
import { createWaitingViews, NO_NOTICES } from '../waiting/waiting-views.ts';

type StateFacts = Partial<Facts> & Pick<Facts, 'state'>;

/** What differs from a visitor who waits; null where the store does not answer. */
const STATES = {
  before_start: { state: 'before_start', number: null },
  waiting: { state: 'waiting' },
  paused: { state: 'paused' },
  served: { state: 'served' },
  expired: { state: 'expired', rejoin: 'on_request', rejoin_at: 'front' },
  missed_start: { state: 'expired', number: null },
  cancelled: { state: 'expired', number: null, event_cancelled: true },
  closed: { state: 'closed' },
  sold_out: { state: 'closed', closed_reason: 'sold_out' },
  ended: { state: 'closed', closed_reason: 'ended' },
  maintenance: { state: 'closed', closed_reason: 'maintenance' },
  full: { state: 'full', number: null },
  challenge: { state: 'challenge', number: null },
  unavailable: null,
} as const satisfies Readonly<Record<string, StateFacts | null>>;

export type PreviewState = keyof typeof STATES;
export const PREVIEW_STATES = Object.keys(STATES) as [PreviewState, ...PreviewState[]];

export interface Preview {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** @param views made for previews alone, so that a theme that is not saved never meets a visitor. */
export type PreviewTheme = (room: RoomSettings, state: PreviewState, language: string | undefined) => Preview;

export function createThemePreview(
  views: Pick<Views, 'page' | 'dress'>,
  urls: Pick<PublicUrls, 'pathOf'>,
  assets: Pick<Assets, 'url' | 'text'>,
  now: () => number,
): PreviewTheme {
  const base = { path: assets.url('style.css'), css: assets.text('style.css') };
  const { waitingData } = createWaitingViews(views.page, urls, NO_NOTICES);
  return (room, state, language) => {
    const facts = factsOf(room, state, now());
    const ticket: Ticket = {
      ...{ room: room.id, incarnation: '', generation: 1, number: 1204, entry: null, visitor: 'preview' },
      ...{ joinedAt: 0, predicted: null, standing: 'proven' },
    };
    const data = { ...waitingData(null, ticket, facts, siteOf(room), null), ...ofRoom(room), script: null, refresh: 0 };
    const url = language === undefined ? '' : `/?lang=${encodeURIComponent(language)}`;
    const html = views.page({ url, headers: {} }, 'waiting', data, room);
    const files = (views.dress(room)?.files ?? []).map(({ name, type, bytes }) => ({
      ...{ type, bytes },
      path: urls.pathOf(`/rooms/${room.id}/theme/${name}`),
    }));
    return selfContained(html, [{ path: base.path, type: 'text/css', bytes: Buffer.from(base.css) }, ...files]);
  };
}

/** What the page says of the rules of the room. Its texts and links are put in where it is rendered. */
const ofRoom = (room: RoomSettings) => ({
  claimSeconds: claimWindowOf(room) / 1000,
  missedTurn: room.admission.missed_turn,
  order: room.events[0]?.order ?? 'arrival',
});

/** The host that a visitor of the room goes on to. */
const siteOf = ({ return_urls: [first] }: RoomSettings): string => (first ? new URL(first).host : 'shop.example');

function factsOf(room: RoomSettings, state: PreviewState, at: number): Facts | null {
  const given: StateFacts | null = STATES[state];
  const time = (after: number) => new Date(at + after).toISOString();
  return (
    given && {
      ...{ room: room.id, number: 1204, serving: 1100, people_ahead: 87, people_ahead_at_join: 210, proven: true },
      ...{ estimated_wait: { low: 60, high: 180 }, poll_after: 600, heartbeat_after: 600, message: room.message },
      ...{ updated_at: time(0), starts_at: time(30 * 60_000), claim_by: time(claimWindowOf(room)) },
      ...(room.stock == null ? {} : { stock: room.stock }),
      ...given,
    }
  );
}

interface OwnFile {
  readonly path: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** Puts the style sheets and images into the page, and allows just these. */
function selfContained(html: string, files: readonly OwnFile[]): Preview {
  const hashes: string[] = [];
  const whole = files.reduce((page, { path, type, bytes }) => {
    if (!type.startsWith('text/css')) {
      const data = `"data:${type};base64,${bytes.toString('base64')}"`;
      // A template escapes the slashes of its values.
      return page.replaceAll(`"${path}"`, data).replaceAll(`"${path.replaceAll('/', '&#x2F;')}"`, data);
    }
    const css = inElement(bytes.toString());
    hashes.push(`'sha256-${createHash('sha256').update(css).digest('base64')}'`);
    return page.replace(`<link rel="stylesheet" href="${path}">`, () => `<style>${css}</style>`);
  }, html);
  const policy = [
    ...["default-src 'none'", ['style-src', ...hashes].join(' '), "img-src 'self' data:"],
    ...["form-action 'none'", "base-uri 'none'", "frame-ancestors 'self'"],
  ];
  return { html: whole, headers: { 'Content-Security-Policy': policy.join('; '), 'X-Frame-Options': 'SAMEORIGIN' } };
}

/**
 * A style sheet as browsers read it from an element, whose hash their policy compares: HTML has one kind of line end and
 * no NUL (HTML §13.2.3.5, §13.2.5.3). In CSS, `<\/` is `</`: nothing in it ends the element.
 */
const inElement = (css: string) => css.replace(/\r\n?/g, '\n').replaceAll('\0', '\uFFFD').replaceAll('</', '<\\/');
