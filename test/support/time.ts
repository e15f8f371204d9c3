/** A clock that the test moves. It starts at the real time, to match what libraries stamp with the real clock. */
export interface Time {
  readonly now: () => number;
  pass(milliseconds: number): void;
}

export function createTime(start = Date.now()): Time {
  let offset = 0;
  return {
    // It runs with the real clock, or a value cached for a second would never be fetched again.
    now: () => start + offset + (Date.now() - start),
    pass(milliseconds) {
      offset += milliseconds;
    },
  };
}
