/** Who the visitors are and where they stand, in arrays by visitor, as there may be millions of them. */
import type { Range } from '#waiting-room/estimate.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';

/** Where a visitor stands. */
export const IS = {
  /** Before the start, without a number. */
  entrant: 1,
  waiting: 2,
  /** Came back after a missed turn and waits at the front. */
  returned: 3,
  /** Was away at the draw, and has nothing any more. */
  late: 4,
  inside: 5,
  /** Went, gave up, or let the turn pass. */
  done: 6,
} as const;
export type Standing = (typeof IS)[keyof typeof IS];

export interface Crowd {
  readonly size: number;
  readonly standing: Standing[];
  readonly awake: boolean[];
  /** Will let the turn pass. */
  readonly noShow: boolean[];
  /** 0 for none. */
  readonly number: number[];
  /** When the wait began, in ticks. */
  readonly since: number[];
  readonly predicted: (Range | null)[];
  /** By number, from 1. */
  readonly holders: number[];
  /** By arrival index, of the draw that is to come. */
  entrants: number[];
  /** Those who stand as returned. */
  readonly returned: Set<number>;
  /** How many neither went in nor gave up. */
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
    predicted: [],
    holders: [-1],
    entrants: [],
    returned: new Set(),
    waiting: 0,
  };
}

/** Whether they wait for something, awake or not. */
export function isWaiting(standing: Standing | undefined): boolean {
  return standing !== undefined && standing <= IS.late;
}

/** Keeps the sums right. */
export function stand(crowd: Crowd, visitor: number, standing: Standing): void {
  const before = crowd.standing[visitor];
  crowd.waiting += Number(isWaiting(standing)) - Number(isWaiting(before));
  if (before === IS.returned) crowd.returned.delete(visitor);
  if (standing === IS.returned) crowd.returned.add(visitor);
  crowd.standing[visitor] = standing;
}
