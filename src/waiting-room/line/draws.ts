/** The draws of a line: announced, withdrawn, done. */
import {
  type DrawOpening,
  type DrawResult,
  drawRecord,
  finishDraw,
  newDraw,
  nextDrawOf,
  releaseEntrants,
} from './draw.ts';
import { isOfLine, type Line } from './line.ts';
import { hearAll } from './presence.ts';
import { serveUpTo } from './serving.ts';
import { settle } from './settle.ts';

export interface DrawRef {
  readonly incarnation?: string | undefined;
  readonly generation: number;
  /** Which draw of this generation, from 1. */
  readonly draw: number;
}

/**
 * Announces the draw of an event: its seed is fixed, and from `opensAt` on visitors who join become entrants. An event
 * is drawn once a generation, one draw at a time. If it is announced again before it has entrants, only `opensAt`,
 * `startsAt` and the order change.
 */
export function announceDraw(line: Line, opening: DrawOpening, at: number): void {
  const now = settle(line, at);
  const next = nextDrawOf(line.draws);
  if (next?.event === opening.event && next.arrivals === 0) {
    line.changes += 1;
    next.opensAt = opening.opensAt;
    next.startsAt = opening.startsAt;
    next.order = opening.order;
  }
  if (next || line.draws.some((draw) => draw.event === opening.event)) return;
  line.draws.push(newDraw(opening, now));
  line.changes += 1;
}

/** Withdraws the draw of an event, as long as it has no entrants. */
export function withdrawDraw(line: Line, event: string, at: number): void {
  settle(line, at);
  const next = nextDrawOf(line.draws);
  if (next?.event !== event || next.arrivals > 0) return;
  line.draws.pop();
  line.changes += 1;
}

/**
 * Issues the next numbers to the entrants who are present, as a block. Who gets which of them follows from the seed and
 * the present entrants, so that it need not be stored. Credits that stood open go to the first of them.
 */
export function draw(line: Line, event: string, at: number): void {
  const now = settle(line, at);
  const next = nextDrawOf(line.draws);
  if (next?.event !== event) return;
  line.changes += 1;
  const { serving } = line;
  const entrants = finishDraw(next, line.queue, now);
  line.serving = Math.min(serving, line.queue);
  hearAll(line.presence, line.queue + 1, line.queue + entrants);
  line.waited.addRange(line.queue + 1, line.queue + entrants);
  line.queue += entrants;
  if (line.rules.mode === 'passthrough') serveUpTo(line, Math.max(serving, line.queue), now, false);
  else if (serving > line.serving) serveUpTo(line, serving, now, line.rules.size > 0);
}

/** Ends the draw of an event that was cancelled: its entrants get no numbers. */
export function releaseDraw(line: Line, event: string, at: number): void {
  const now = settle(line, at);
  const next = nextDrawOf(line.draws);
  if (next?.event !== event) return;
  releaseEntrants(next, line.queue, now);
  line.changes += 1;
}

/** Null for a draw of this generation that is not done. */
export function drawResult(line: Line, { draw: ordinal, ...of }: DrawRef): DrawResult | null {
  const done = isOfLine(line, of) ? line.draws[ordinal - 1] : undefined;
  return done?.there ? { record: drawRecord(done, ordinal), there: done.there.bytes } : null;
}
