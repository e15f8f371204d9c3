/** Requests that come again, as their answer was lost: what each did, by its name, so that it has one effect. */
import type { DoneRequest, Line } from './line.ts';

/** A line remembers so many requests. */
const REMEMBERED = 16;

/** What the request did when it came before; null if it did not come, or has no name. */
export function doneBefore(line: Line, name: string | undefined): DoneRequest | null {
  return (name !== undefined && line.doneRequests.find((done) => done.name === name)) || null;
}

/** Remembers a request that has a name. */
export function rememberDone(line: Line, name: string | undefined, amount: number): void {
  if (name === undefined) return;
  line.doneRequests = [...line.doneRequests, { name, amount, serving: line.serving }].slice(-REMEMBERED);
  line.changes += 1;
}
