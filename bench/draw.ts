/** What it takes to compute one place in a draw of a million, which is done where somebody asks for theirs. */
import { drawnOrder, newSeed } from '#waiting-room/draw.ts';
import type { Bench } from './bench.ts';
import { spread } from './measure/spread.ts';

const ENTRANTS = 1_000_000;
const PLACES = 20_000;
const ROUNDS = 9;
const AT_MOST = 20;

export const draw: Bench = {
  name: 'draw',
  about: `a place in a draw of ${ENTRANTS.toLocaleString('en')}, computed alone`,
  async run() {
    const measured: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const order = drawnOrder(newSeed(), ENTRANTS);
      const started = performance.now();
      for (let n = 0; n < PLACES; n++) order((n * ENTRANTS) / PLACES);
      // The first round warms up.
      if (round > 0) measured.push(((performance.now() - started) / PLACES) * 1000);
    }
    return { findings: [{ what: 'a place', value: spread(measured), unit: 'µs', target: { at_most: AT_MOST } }] };
  },
};
