/** When a worker that ended starts again, and when it is of no use to try. */

/** A worker that ran for less than this, in ms, did not work. */
export const SHORT_LIFE = 30_000;
/** Short lives in a row after which the parent gives up. */
const MOST_FAILURES = 5;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 10_000;

export interface EndedWorker {
  /** How long it ran, in ms. */
  readonly lived: number;
  /** Whether it stopped in order. */
  readonly isOrderly: boolean;
  /** Whether any worker has ever listened. If none has, a further one would not either. */
  readonly hasListened: boolean;
  /** Short lives in a row before this one. */
  readonly failures: number;
}

export type AfterEnd =
  | { readonly step: 'restart'; readonly pause: number; readonly failures: number }
  | { readonly step: 'give up' };

export function afterEnd({ lived, isOrderly, hasListened, failures }: EndedWorker): AfterEnd {
  if (isOrderly || lived >= SHORT_LIFE) return { step: 'restart', pause: 0, failures: 0 };
  if (!hasListened || failures + 1 >= MOST_FAILURES) return { step: 'give up' };
  return { step: 'restart', pause: Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures), failures: failures + 1 };
}
