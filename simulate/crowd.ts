/** The state of each visitor, in plain arrays because there may be millions. */
import type { Range } from '#waiting-room/estimate.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';

/** The states of a visitor. */
export const IS = {
  /** Waits for a start, without a number. */
  entrant: 1,
  waiting: 2,
  /** Rejoined after a missed turn and waits at the front. */
  returned: 3,
  /** Was absent at the draw and has no number. */
  late: 4,
  inside: 5,
  /** Left, gave up, or did not claim. */
  done: 6,
} as const;
export type Standing = (typeof IS)[keyof typeof IS];

export interface Crowd {
  readonly size: number;
  readonly standing: Standing[];
  readonly awake: boolean[];
  /** Will not claim the turn. */
  readonly noShow: boolean[];
  /** 0 for none. */
  readonly number: number[];
  /** When the wait began, in ticks. */
  readonly since: number[];
  readonly estimated: (Range | null)[];
  /** By number, from 1. */
  readonly holders: number[];
  /** By arrival index, of the next draw. */
  entrants: number[];
  /** Visitors in the state `returned`. */
  readonly returned: Set<number>;
  /** How many wait: neither admitted nor done. */
  waiting: number;
}

export const nameOf = (visitor: number): VisitorId => String(visitor);

export function newCrowd(): Crowd {
  return {
    get size() {
      return this.standing.length;
    },
    standing: [],
    awake: [],
    noShow: [],
    number: [],
    since: [],
    estimated: [],
    holders: [-1],
    entrants: [],
    returned: new Set(),
    waiting: 0,
  };
}

/** Whether the visitor waits, awake or asleep. */
export function isWaiting(standing: Standing | undefined): boolean {
  return standing !== undefined && standing <= IS.late;
}

/** Changes a visitor's state, and the sums with it. */
export function stand(crowd: Crowd, visitor: number, standing: Standing): void {
  const before = crowd.standing[visitor];
  crowd.waiting += Number(isWaiting(standing)) - Number(isWaiting(before));
  if (before === IS.returned) crowd.returned.delete(visitor);
  if (standing === IS.returned) crowd.returned.add(visitor);
  crowd.standing[visitor] = standing;
}
