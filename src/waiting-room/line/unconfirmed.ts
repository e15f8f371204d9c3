/**
 * Numbers that may never have been issued. After a store lost its last writes, the counter moves on past the numbers that
 * may have been issued since, and marks the gap. A marked number counts as left, until a ticket that carries it proves
 * that it was issued: tickets are sealed, and name the incarnation of their line.
 */
import { canServe, hearWaiter, type Line } from './line.ts';
import { forget, hear } from './presence.ts';
import { serveAgain } from './turns.ts';

/** A ticket proves numbers at most so far above the counter: a bound on what one ticket makes the line store. */
const FURTHEST = 1_000_000;

export function isUnconfirmed(line: Line, number: number): boolean {
  return line.unconfirmed.has(number);
}

/** Whether a ticket of this line carries a number above the counter, which only a line that lost writes can have. */
export function isAhead(line: Line, number: number): boolean {
  // A line without an incarnation may be a later one of the same name than that of the ticket.
  return line.incarnation !== '' && number > line.queue && number <= line.queue + FURTHEST;
}

/** Marks the numbers of a range that are not used up. */
export function markUnconfirmed(line: Line, from: number, to: number): void {
  let marked = 0;
  for (let number = from; number <= to; number++) {
    if (line.spent.has(number)) continue;
    line.spent.add(number);
    line.unconfirmed.add(number);
    forget(line.presence, number);
    if (number > line.serving) marked += 1;
  }
  line.leftUnserved += marked;
  line.changes += 1;
}

/** Moves the counter on to `to` and marks the gap. Credits stay credits. */
export function moveOn(line: Line, to: number): void {
  if (to <= line.queue) return;
  const from = line.queue + 1;
  const credits = Math.max(0, line.serving - line.queue);
  line.queue = to;
  // In passthrough mode nobody waits.
  if (credits > 0 || line.rules.mode === 'passthrough') line.serving = Math.max(line.serving, to + credits);
  markUnconfirmed(line, from, to);
}

/** To the front of the line, number kept; or straight to served, where there is a credit. */
export function returnToFront(line: Line, number: number, now: number): void {
  line.changes += 1;
  hear(line.presence, number);
  line.returned.add(number);
  if (line.rules.mode === 'passthrough') serveAgain(line, number, now);
  // Nobody else waits, and the credit is theirs.
  else if (line.serving > line.queue && canServe(line)) {
    line.serving -= 1;
    serveAgain(line, number, now);
  }
}

/**
 * A ticket proves that a number was issued: it waits like any other, present. If the serving counter has passed it, it
 * goes to the front of the line.
 */
export function prove(line: Line, number: number, now: number): void {
  if (isAhead(line, number)) moveOn(line, number);
  if (!line.unconfirmed.has(number)) return;
  line.unconfirmed.delete(number);
  line.spent.delete(number);
  line.changes += 1;
  if (number <= line.serving) returnToFront(line, number, now);
  else {
    line.leftUnserved -= 1;
    hearWaiter(line, number);
  }
}

/** The counter that is `numbers` further than the serving counter, either way; unconfirmed numbers do not count. */
export function counterAfter(line: Line, numbers: number): number {
  let skipped = 0;
  for (;;) {
    const to = line.serving + numbers + (numbers < 0 ? -skipped : skipped);
    const [from, last] = numbers < 0 ? [to + 1, line.serving] : [line.serving + 1, to];
    const found = line.unconfirmed.count(Math.max(1, from), last);
    if (found === skipped) return to;
    skipped = found;
  }
}
