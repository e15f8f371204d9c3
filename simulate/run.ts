/**
 * A sale on a virtual clock, against the real line: the same pure steps that the stores take, the same inlets, events
 * and draws, the same estimate. Only visitors and the origin are made up.
 */
import { createAgenda } from './agenda.ts';
import { createArrivals } from './arrivals.ts';
import { SECOND, TICK } from './clock.ts';
import { newCrowd } from './crowd.ts';
import { createDoor } from './door.ts';
import { createNews } from './news.ts';
import { createOrigin } from './origin.ts';
import { createRandom } from './random.ts';
import type { Scenario } from './scenario.ts';
import { createTally, type Outcome } from './tally.ts';
import { createVisits } from './visits.ts';

/** Runs the scenario to its end: until all have come and gone, or its duration is over. The same seed, the same outcome. */
export function simulate({ room, arrivals: points, visitors: manners, origin, ...scenario }: Scenario): Outcome {
  const clock = { tick: 0, now: scenario.start };
  const random = createRandom(scenario.seed, 1);
  // The same people come, whatever becomes of them: two settings can be compared.
  const { arrivals, end } = createArrivals(points, createRandom(scenario.seed));
  const agenda = createAgenda();
  const tally = createTally(clock);
  const crowd = newCrowd();
  const door = createDoor({ room, origin: origin ? createOrigin(origin) : null, random, clock });
  const visits = createVisits({ crowd, door, room, manners, clock, agenda, random, tally });
  const news = createNews({ line: door.line, crowd, clock, hear: visits.hear });

  const lastTick = Math.ceil(scenario.duration / TICK);
  /** Heartbeats of a page within a window of the presence come to the same. */
  const heartbeat = Math.max(1, Math.floor(room.presence.timeout / 3 / TICK));

  function tick(): void {
    const time = clock.tick * TICK;
    agenda.due(clock.tick, visits.happens);
    const coming = arrivals(time, time + TICK);
    if (coming > 0) visits.come(coming);
    // Credits that stand open before a draw go to numbers that it gives.
    const before = Math.min(door.line.serving, door.line.queue);
    if (door.advance()) news.drawn();
    news.served(before);
    if (clock.tick % heartbeat === 0) news.heard();
    tally.inside(door.line.admissions.active);
    if (clock.tick % SECOND === 0) look();
  }

  function look(): void {
    const { counters, entrants } = door.look();
    tally.line(counters.present + entrants, counters);
  }

  const isOver = () => clock.tick * TICK > end && crowd.waiting === 0 && door.line.admissions.active === 0;

  for (; clock.tick < lastTick && !isOver(); clock.tick += 1, clock.now += TICK) tick();
  const { counters, entrants } = door.look();
  return tally.outcome({ counters, visitors: crowd.size, isDrained: counters.present + entrants === 0 });
}
