/** What passes between the line and its visitors: drawn numbers, turns, heartbeats. */
import { drawnNumber, readDrawResult } from '#waiting-room/draw-result.ts';
import type { Line } from '#waiting-room/line/index.ts';
import * as steps from '#waiting-room/line/index.ts';
import type { Clock } from './clock.ts';
import { type Crowd, IS, stand } from './crowd.ts';

export interface LineUpdates {
  /** Gives entrants their drawn numbers. */
  assignDrawnNumbers(): void;
  /** Tells visitors whose turn has come since the serving counter was at `before`. */
  announceTurns(before: number): void;
  /** Records a heartbeat of each visitor whose page is open. */
  recordHeartbeats(): void;
}

export interface LineUpdatesDeps {
  readonly line: Line;
  readonly crowd: Crowd;
  readonly clock: Clock;
  /** Called for each visitor whose turn comes. */
  readonly onTurn: (visitor: number) => void;
}

export function createLineUpdates({ line, crowd, clock, onTurn }: LineUpdatesDeps): LineUpdates {
  const numberOf = (visitor: number) => crowd.number[visitor] ?? 0;

  return {
    assignDrawnNumbers() {
      const result = steps.drawResult(line, { generation: line.generation, draw: line.draws.length });
      if (!result) return;
      const drawn = readDrawResult(result);
      crowd.entrants.forEach((visitor, index) => {
        if (crowd.standing[visitor] !== IS.entrant) return;
        const number = drawnNumber(drawn, index);
        // The wait of an entrant counts from the start.
        crowd.since[visitor] = clock.tick;
        crowd.number[visitor] = number ?? 0;
        if (number !== null) crowd.holders[number] = visitor;
        stand(crowd, visitor, number === null ? IS.late : IS.waiting);
      });
      crowd.entrants = [];
    },
    announceTurns(before) {
      const { holders } = crowd;
      const last = Math.min(line.serving, line.queue);
      for (let number = before + 1; number <= last; number++) {
        const visitor = holders[number] ?? -1;
        if (crowd.standing[visitor] === IS.waiting) onTurn(visitor);
      }
      for (const number of line.servedAgain.keys()) {
        const visitor = holders[number] ?? -1;
        if (!crowd.returned.has(visitor)) continue;
        stand(crowd, visitor, IS.waiting);
        onTurn(visitor);
      }
    },
    recordHeartbeats() {
      const { standing, awake, holders } = crowd;
      const numbers: number[] = [];
      for (let number = line.serving + 1; number <= line.queue; number++) {
        const visitor = holders[number] ?? -1;
        if (awake[visitor] && standing[visitor] === IS.waiting) numbers.push(number);
      }
      for (const visitor of crowd.returned) if (awake[visitor]) numbers.push(numberOf(visitor));
      steps.recordHeartbeats(line, { generation: line.generation, numbers, proven: numbers }, clock.now);

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
