/**
 * Why a visitor who is inside gets nothing in this browser. The door marks the waiting page's address with it, behind the
 * stamp: a visitor who changes the mark sees the other page, and gets no further by it.
 */
export type UseState = 'copied' | 'busy';

const MARK = 'anteroom_use';

/** The waiting page's address with the state in it. */
export const withUseState = (address: string, state: UseState): string => `${address}&${MARK}=${state}`;

/** The state in a query of the waiting page. */
export function readUseState(query: string): UseState | null {
  const [, state] = /(?:^|&)anteroom_use=(copied|busy)(?:&|$)/.exec(query) ?? [];
  return (state as UseState | undefined) ?? null;
}

/** The same address without the state. */
export const withoutUseState = (url: string): string =>
  url.replace(/([?&])anteroom_use=[^&]*(&|$)/, (_, before: string, after: string) => (after ? before : ''));
