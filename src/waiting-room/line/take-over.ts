/** Taking over the line of another waiting room, with its numbers. */
import type { VisitorId } from '../visitor.ts';
import { addAdmission } from './admission.ts';
import { Bits } from './bits.ts';
import type { Line } from './line.ts';
import { serveUpTo } from './serving.ts';
import { settle } from './settle.ts';

/** What the other waiting room knew. A set of numbers is a bit each, most significant bit first; bit 0 is no number. */
export interface FormerLine {
  /** The highest number that it issued. */
  readonly queue: number;
  readonly serving: number;
  /** How many visitors it admitted, and how many of these admissions ended by an exit. */
  readonly claimed: number;
  readonly completed: number;
  readonly abandoned: number;
  /** The numbers whose visitors were admitted. */
  readonly spent: Uint8Array;
  /** The numbers whose visitors may still come. They count as present until they are used up. */
  readonly present: Uint8Array;
  /** The numbers whose turn has passed. */
  readonly missed: Uint8Array;
  /** The admissions that have not ended. Times are in ms. */
  readonly admissions: readonly {
    readonly visitor: VisitorId;
    readonly number: number;
    readonly issuedAt: number;
    readonly expiresAt: number;
  }[];
}

/**
 * Takes over a line, if none of this one's numbers is issued. Visitors who are served may claim within a claim window
 * that begins at this moment. Answers whether it did.
 */
export function takeOver(line: Line, former: FormerLine, at: number): boolean {
  const now = settle(line, at);
  if (line.queue > 0 || line.serving > 0 || line.claimed > 0 || line.draws.length > 0) return false;
  const { queue, serving, claimed, completed, abandoned } = former;
  line.queue = queue;
  line.claimed = claimed;
  line.completed = completed;
  line.abandoned = abandoned;
  line.spent.addAll(new Bits(former.spent), 1, queue);
  line.missed.addAll(new Bits(former.missed), 1, queue);
  line.waited.addRange(1, queue);
  const present = new Bits(former.present);
  present.clear(queue + 1, present.bytes.length * 8);
  present.deleteAll(line.spent);
  present.deleteAll(line.missed);
  line.presence.lasting.addAll(present, 1, queue);
  line.presence.present.addAll(present, 1, queue);
  line.leftUnserved = line.spent.count(1, queue);
  serveUpTo(line, serving, now, true);
  for (const { visitor, number, issuedAt, expiresAt } of former.admissions) {
    if (expiresAt <= now) continue;
    addAdmission(line.admissions, { visitor, number, generation: line.generation, issuedAt, expiresAt }, now);
  }
  line.changes += 1;
  return true;
}
