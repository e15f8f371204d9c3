import type { NoticeProgress } from '#waiting-room/ports/notice-queue.ts';

/**
 * Whether the page shows the form that asks for a message ahead of the turn, and what became of the request. The form's
 * answer marks the waiting page's address with it, behind the stamp, so that showing the page costs no store command. A
 * visitor who changes the mark sees other words, and gets no further by it.
 */
export type NoticeState = (typeof STATES)[number];

/** `kept` and `sent` are of an e-mail. `form` and `failed` are of either. */
const STATES = ['form', 'kept', 'sent', 'refused', 'pushed', 'push_sent', 'push_refused', 'failed'] as const;

const MARK = 'anteroom_notice';

/** The waiting page's address with the state in it. */
export const withNoticeState = (address: string, state: NoticeState): string => `${address}&${MARK}=${state}`;

/** The state in a query of the waiting page. */
export function readNoticeState(query: string): NoticeState | null {
  const [, found] = /(?:^|&)anteroom_notice=([a-z_]+)(?:&|$)/.exec(query) ?? [];
  return STATES.find((state) => state === found) ?? null;
}

/** The same address without the state. */
export const withoutNoticeState = (url: string): string =>
  url.replace(/([?&])anteroom_notice=[^&]*(&|$)/, (_, before: string, after: string) => (after ? before : ''));

/** The page that a form goes back to: the mark of what was asked for stays, until the line is left or rejoined. */
export function afterForm(url: string, query: string): string {
  const state = readNoticeState(query);
  const isForm = state === 'form' || state === 'refused' || state === 'push_refused';
  return isForm ? withoutNoticeState(url) : url;
}

/** What the page says of a message that its visitor has asked for. `early`: it was sent, and the turn is far away again. */
export type NoticeNews = 'later' | 'sent' | 'early' | 'failed';

/** What a page with this mark says. Null where its visitor has asked for no message. */
export function newsOf(state: NoticeState | null, isDue: boolean): NoticeNews | null {
  if (state === 'kept' || state === 'pushed') return 'later';
  if (state === 'sent' || state === 'push_sent') return isDue ? 'sent' : 'early';
  return state === 'failed' ? 'failed' : null;
}

/** The mark after this progress of the message. */
export function stateAfter(state: NoticeState | null, progress: NoticeProgress): NoticeState | null {
  if ((state !== 'kept' && state !== 'pushed') || progress === 'waiting') return state;
  if (progress === 'failed') return 'failed';
  return state === 'kept' ? 'sent' : 'push_sent';
}
