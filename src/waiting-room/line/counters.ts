import type { LineRules } from '../room.ts';
import type { DrawRecord } from './draw.ts';
import type { NoteName } from './line.ts';

/** The contract's counters, exactly. */
export interface Counters {
  readonly queue: number;
  readonly serving: number;
  readonly waiting: number;
  readonly present: number;
  readonly claimed: number;
  readonly active: number;
  readonly completed: number;
  readonly abandoned: number;
  readonly expired: number;
}

/** Everything a process needs to answer polls for a second without asking the store. */
export interface LineView {
  readonly generation: number;
  readonly counters: Counters;
  readonly mode: LineRules['mode'];
  /** Places held for served visitors who have not claimed yet. */
  readonly held: number;
  /**
   * The present among the unserved: a bit a number, most significant bit first; bit 0 of byte 0 is number
   * `presentFrom`, a multiple of 8, at or below `serving`. Bits of numbers at or below `serving` mean nothing.
   * May end early: missing bits are 0.
   */
  readonly present: Uint8Array;
  readonly presentFrom: number;
  /** Turns that came, ever: places held for a visitor. Its rate is how fast the line moves. */
  readonly turns: number;
  /** Whether the breaker is on: no inlet raises the counter. */
  readonly alarm: boolean;
  /** What the inlet keeps between its ticks; empty at first. */
  readonly inletState: string;
  readonly notes: Readonly<Record<NoteName, string>>;
  /** The draws of this generation, in order; all but the last are done. */
  readonly draws: readonly DrawRecord[];
  /** Entrants of the open draw who are present. */
  readonly entrantsPresent: number;
  /** Predicted waits that came true, and that did not. */
  readonly predictions: { readonly within: number; readonly outside: number };
}
