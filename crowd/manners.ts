/** What one simulated visitor does. Times are in seconds. */
export interface Manners {
  /** Before the visitor comes. */
  readonly comesAfter: number;
  /** How long the visitor waits in line. */
  readonly patience: number;
  /** What happens when the patience ends: the visitor leaves the line, or closes the tab and never comes. */
  readonly givesUpBy: 'leaving' | 'vanishing';
  /** How long the visitor is in the shop. */
  readonly shopsFor: number;
  readonly buys: boolean;
}

/** Seven in ten buy, two look around, one in ten gives up before the turn. */
export function chooseManners(random: () => number, comesWithin: number): Manners {
  const givesUp = random() < 0.1;
  return {
    comesAfter: random() * comesWithin,
    patience: givesUp ? 15 + random() * 45 : Number.POSITIVE_INFINITY,
    givesUpBy: random() < 0.5 ? 'leaving' : 'vanishing',
    shopsFor: 12 + random() * 18,
    buys: random() < 7 / 9,
  };
}
