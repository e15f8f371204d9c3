/**
 * A sale on a virtual clock with the real line: the same pure steps that the stores take, the same inlets, events,
 * draws and estimates. Only the visitors and the origin are simulated.
 */
import { createAgenda } from './agenda.ts';
import { createArrivals } from './arrivals.ts';
import { SECOND, TICK } from './clock.ts';
import { newCrowd } from './crowd.ts';
import { createLineUpdates } from './line-updates.ts';
import { createOrigin } from './origin.ts';
import { createRandom } from './random.ts';
import type { Scenario } from './scenario.ts';
import { createSimulatedRoom } from './simulated-room.ts';
import { createTally, type Outcome } from './tally.ts';
import { createVisits } from './visits.ts';

/** Runs the scenario until everybody has left, or for its duration. The same seed gives the same outcome. */
export function simulate({ room, arrivals: points, visitors: manners, origin, ...scenario }: Scenario): Outcome {
  const clock = { tick: 0, now: scenario.start };
  const random = createRandom(scenario.seed, 1);
  // Arrivals have their own random numbers, so settings can be compared with the same arrivals.
  const { arrivals, end } = createArrivals(points, createRandom(scenario.seed));
  const agenda = createAgenda();
  const tally = createTally(clock);
  const crowd = newCrowd();
  const simulated = createSimulatedRoom({ room, origin: origin ? createOrigin(origin) : null, random, clock });
  const visits = createVisits({ crowd, simulated, room, manners, clock, agenda, random, tally });
  const updates = createLineUpdates({ line: simulated.line, crowd, clock, onTurn: visits.noticeTurn });

  const lastTick = Math.ceil(scenario.duration / TICK);
  /** One heartbeat per presence window has the same effect as a page's real heartbeats. */
  const heartbeat = Math.max(1, Math.floor(room.presence.timeout / 3 / TICK));

  function tick(): void {
    const time = clock.tick * TICK;
    agenda.due(clock.tick, visits.perform);
    const arriving = arrivals(time, time + TICK);
    if (arriving > 0) visits.arrive(arriving);
    // Credits from before a draw serve numbers that the draw issues.
    const before = Math.min(simulated.line.serving, simulated.line.queue);
    if (simulated.advance()) updates.assignDrawnNumbers();
    updates.announceTurns(before);
    if (clock.tick % heartbeat === 0) updates.recordHeartbeats();
    tally.inside(simulated.line.admissions.active);
    if (clock.tick % SECOND === 0) refresh();
  }

  function refresh(): void {
    const { counters, entrants } = simulated.refresh();
    tally.line(counters.present + entrants, counters);
  }

  const isOver = () => clock.tick * TICK > end && crowd.waiting === 0 && simulated.line.admissions.active === 0;

  for (; clock.tick < lastTick && !isOver(); clock.tick += 1, clock.now += TICK) tick();
  const { counters, entrants } = simulated.refresh();
  return tally.outcome({ counters, visitors: crowd.size, isDrained: counters.present + entrants === 0 });
}
