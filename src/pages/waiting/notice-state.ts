/**
 * Whether the page shows the form that asks for a message ahead of the turn, and what became of the request. The form's
 * answer marks the waiting page's address with it, behind the stamp, so that showing the page costs no store command. A
 * visitor who changes the mark sees other words, and gets no further by it.
 */
export type NoticeState = 'form' | 'kept' | 'refused' | 'pushed' | 'push_refused';

const MARK = 'anteroom_notice';

/** The waiting page's address with the state in it. */
export const withNoticeState = (address: string, state: NoticeState): string => `${address}&${MARK}=${state}`;

/** The state in a query of the waiting page. */
export function readNoticeState(query: string): NoticeState | null {
  const [, state] = /(?:^|&)anteroom_notice=(form|kept|refused|pushed|push_refused)(?:&|$)/.exec(query) ?? [];
  return (state as NoticeState | undefined) ?? null;
}

/** The same address without the state. */
export const withoutNoticeState = (url: string): string =>
  url.replace(/([?&])anteroom_notice=[^&]*(&|$)/, (_, before: string, after: string) => (after ? before : ''));

/** The page that a form goes back to: the mark of what is kept stays, until the line is left or rejoined. */
export function afterForm(url: string, query: string): string {
  const state = readNoticeState(query);
  return state === 'kept' || state === 'pushed' ? url : withoutNoticeState(url);
}
