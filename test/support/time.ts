/** A clock that the test moves. It starts now, so that what a library stamps with the real clock fits. */
export interface Time {
  readonly now: () => number;
  pass(milliseconds: number): void;
}

export function createTime(start = Date.now()): Time {
  let offset = 0;
  return {
    // It goes on with the real clock, or nothing that is kept for a second would ever be fetched anew.
    now: () => start + offset + (Date.now() - start),
    pass(milliseconds) {
      offset += milliseconds;
    },
  };
}
