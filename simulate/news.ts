/** What visitors learn of the line, and the line of them: draws, turns that came, heartbeats. */
import { drawnNumber, readDrawResult } from '#waiting-room/draw-result.ts';
import type { Line } from '#waiting-room/line/index.ts';
import * as steps from '#waiting-room/line/index.ts';
import type { Clock } from './clock.ts';
import { type Crowd, IS, stand } from './crowd.ts';

export interface News {
  /** Those who came before the start have been drawn. */
  drawn(): void;
  /** The serving counter was at `before`. */
  served(before: number): void;
  /** All whose page is open are heard from. */
  heard(): void;
}

export interface NewsDeps {
  readonly line: Line;
  readonly crowd: Crowd;
  readonly clock: Clock;
  /** Somebody's turn came. */
  readonly hear: (visitor: number) => void;
}

export function createNews({ line, crowd, clock, hear }: NewsDeps): News {
  const numberOf = (visitor: number) => crowd.number[visitor] ?? 0;

  return {
    drawn() {
      const result = steps.drawResult(line, { generation: line.generation, draw: line.draws.length });
      if (!result) return;
      const drawn = readDrawResult(result);
      crowd.entrants.forEach((visitor, index) => {
        if (crowd.standing[visitor] !== IS.entrant) return;
        const number = drawnNumber(drawn, index);
        // Whoever came before the start waits from the start on.
        crowd.since[visitor] = clock.tick;
        crowd.number[visitor] = number ?? 0;
        if (number !== null) crowd.holders[number] = visitor;
        stand(crowd, visitor, number === null ? IS.late : IS.waiting);
      });
      crowd.entrants = [];
    },
    served(before) {
      const { holders } = crowd;
      const last = Math.min(line.serving, line.queue);
      for (let number = before + 1; number <= last; number++) {
        const visitor = holders[number] ?? -1;
        if (crowd.standing[visitor] === IS.waiting) hear(visitor);
      }
      for (const number of line.servedAgain.keys()) {
        const visitor = holders[number] ?? -1;
        if (!crowd.returned.has(visitor)) continue;
        stand(crowd, visitor, IS.waiting);
        hear(visitor);
      }
    },
    heard() {
      const { standing, awake, holders } = crowd;
      const numbers: number[] = [];
      for (let number = line.serving + 1; number <= line.queue; number++) {
        const visitor = holders[number] ?? -1;
        if (awake[visitor] && standing[visitor] === IS.waiting) numbers.push(number);
      }
      for (const visitor of crowd.returned) if (awake[visitor]) numbers.push(numberOf(visitor));
      steps.recordHeartbeats(line, { generation: line.generation, numbers }, clock.now);

      const indexes: number[] = [];
      crowd.entrants.forEach((visitor, index) => {
        if (awake[visitor] && standing[visitor] === IS.entrant) indexes.push(index);
      });
      const { generation, draws } = line;
      if (indexes.length > 0) {
        steps.recordEntrantHeartbeats(line, { generation, draw: draws.length, indexes }, clock.now);
      }
    },
  };
}
