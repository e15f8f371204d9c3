/**
 * Asking for an e-mail or a notification ahead of the turn, and taking it back: forms of the waiting page that work without scripts. The
 * form with the address is on a page that does not refresh itself, so that a half-typed address stays.
 */
import type { Context } from 'koa';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import { seeOther } from '#http/see-other.ts';
import type { NoticeRequest, NoticeRequests } from '#waiting-room/notice-requests.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import type { Views } from '../views.ts';
import { withNoticeState, withoutNoticeState } from './notice-state.ts';
import { withoutPress } from './presses.ts';

export interface NoticeFormDeps {
  readonly visitors: Pick<Visitors, 'facts'>;
  readonly snapshots: Pick<Snapshots, 'get'>;
  readonly noticeRequests: NoticeRequests;
  readonly requestOf: EntryRequestOf;
  readonly localeOf: Views['localeOf'];
  readonly urls: Pick<PublicUrls, 'origin'>;
}

export interface NoticePages {
  /** URL of the page that the form is on, without its host. */
  readonly page: string;
  /** The same as the service made it, without what was added to it: the message links to it. */
  readonly made: string;
}

type Given = Pick<NoticeRequest, 'channel' | 'recipient'>;

export type NoticeForm = (
  ctx: Context,
  ticket: Ticket | null,
  form: URLSearchParams,
  pages: NoticePages,
) => Promise<void>;

export function createNoticeForm(deps: NoticeFormDeps): NoticeForm {
  const { visitors, snapshots, noticeRequests, requestOf, localeOf, urls } = deps;

  /** Whether the message will be sent. */
  async function ask(ctx: Context, ticket: Ticket, page: string, given: Given): Promise<boolean> {
    const { settings } = await snapshots.get(ticket.room);
    const { state, number } = await visitors.facts(ticket);
    if (!settings.notify?.[given.channel] || number === null) return false;
    if (state !== 'waiting' && state !== 'paused') return false;
    return noticeRequests.ask(
      { ...ticket, number },
      {
        ...given,
        lang: localeOf(ctx.req, settings).code,
        page: new URL(withoutPress(page), urls.origin).href,
        network: requestOf(ctx.req).address ?? '',
      },
    );
  }

  return async (ctx, ticket, form, { page, made }) => {
    const address = withoutNoticeState(page);
    if (!ticket) return seeOther(ctx, address);
    if (form.get('notice') === 'form') return seeOther(ctx, withNoticeState(address, 'form'));
    if (form.get('notice') === 'email') {
      const isKept = await ask(ctx, ticket, made, { channel: 'email', recipient: (form.get('email') ?? '').trim() });
      return seeOther(ctx, withNoticeState(address, isKept ? 'kept' : 'refused'));
    }
    if (form.get('notice') === 'push') {
      const isKept = await ask(ctx, ticket, made, { channel: 'push', recipient: form.get('subscription') ?? '' });
      return seeOther(ctx, withNoticeState(address, isKept ? 'pushed' : 'push_refused'));
    }
    await noticeRequests.forget(ticket);
    seeOther(ctx, address);
  };
}
