/** Rows in the order in which a time of theirs passes. */
export interface Deadlines<Row> {
  /** Ascending. May hold rows whose deadline no longer applies. */
  readonly entries: { readonly at: number; readonly row: Row }[];
  /** How many have passed. They are removed in batches, because removing from an array's start is slow. */
  passed: number;
}

const MANY_PASSED = 1024;

export function newDeadlines<Row>(): Deadlines<Row> {
  return { entries: [], passed: 0 };
}

/** Deadlines come nearly in order, so the place is near the end. */
export function schedule<Row>({ entries, passed }: Deadlines<Row>, at: number, row: Row): void {
  let index = entries.length;
  while (index > passed && (entries[index - 1]?.at ?? 0) > at) index -= 1;
  entries.splice(index, 0, { at, row });
}

/** Takes the rows that are due, including those whose deadline no longer applies. */
export function takeDue<Row>(deadlines: Deadlines<Row>, now: number): Row[] {
  const { entries } = deadlines;
  const due: Row[] = [];
  for (let next = entries[deadlines.passed]; next && next.at <= now; next = entries[deadlines.passed]) {
    deadlines.passed += 1;
    due.push(next.row);
  }
  if (deadlines.passed > MANY_PASSED && deadlines.passed * 2 > entries.length) {
    entries.splice(0, deadlines.passed);
    deadlines.passed = 0;
  }
  return due;
}

export function clearDeadlines(deadlines: Deadlines<unknown>): void {
  deadlines.entries.length = 0;
  deadlines.passed = 0;
}
