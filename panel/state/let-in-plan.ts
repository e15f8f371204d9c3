import type { Report } from './types.ts';

/** What raising the counter for so many people would do, with the numbers of this moment. */
export interface LetInPlan {
  readonly people: number;
  /** How many have a place at once, and how many get one when places come free. */
  readonly now: number;
  readonly later: number;
  /** How many more than those who are present: credits for newcomers. */
  readonly beyondPresent: number;
}

/** A raise goes as far as the size allows: what does not fit is not raised for. */
export function planLetIn(people: number, { free, counters }: Pick<Report, 'free' | 'counters'>): LetInPlan {
  const now = free === null ? people : Math.min(people, free);
  return { people, now, later: people - now, beyondPresent: Math.max(0, now - counters.present) };
}
