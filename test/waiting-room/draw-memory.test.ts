import { describe, expect, it } from 'vitest';
import {
  checkpointDraws,
  knownDraws,
  newDrawMemory,
  rememberDraws,
  rememberEntrants,
} from '#waiting-room/draw-memory.ts';
import { Bits } from '#waiting-room/line/bits.ts';
import * as pure from '#waiting-room/line/index.ts';
import { OPENING, RULES, seconds, T0 } from '../store/contract/room-under-test.ts';

/** A line and what a process remembers of its draws. */
function aProcess() {
  const line = pure.newLine(RULES);
  let memory = newDrawMemory();
  const entrants = (count: number) => Array.from({ length: count }, (_, n) => ({ visitor: `v${n}`, claim: false }));
  return {
    line,
    known: (at: number) => knownDraws(memory, at),
    look(at: number) {
      const known = { generation: 1, ...knownDraws(memory, at) };
      memory = rememberDraws(memory, pure.viewForMemory(line, known, at).draws, at);
    },
    /** Visitors whom this process lets in. */
    join(count: number, at: number) {
      memory = rememberEntrants(memory, pure.join(line, entrants(count), at) ?? []);
    },
    present: () => [...new Bits(checkpointDraws(memory).at(-1)?.present ?? undefined).between(0, 1000)],
    draws: () => checkpointDraws(memory),
  };
}

describe('what a process remembers of draws', () => {
  it('has the entrants once a second, and the result of each draw once', () => {
    const { line, known, look } = aProcess();
    pure.announceDraw(line, OPENING, T0);
    expect(known(T0)).toEqual({ done: 0, withEntrants: true });
    look(T0);
    expect(known(T0 + 999)).toEqual({ done: 0, withEntrants: false });
    expect(known(T0 + 1000)).toEqual({ done: 0, withEntrants: true });
    pure.draw(line, OPENING.event, T0 + 1000);
    look(T0 + 1000);
    expect(known(T0 + 1000).done).toBe(1);
  });

  it('has the entrants that this process issued since the line was viewed', () => {
    const { line, look, join, present, draws } = aProcess();
    pure.announceDraw(line, OPENING, T0);
    look(T0);
    join(3, T0);
    expect(present()).toEqual([0, 1, 2]);
    expect(draws()).toMatchObject([{ arrivals: 3, seed: OPENING.seed }]);
    // The answer may have been under way as they came.
    look(T0 + seconds(1));
    join(1, T0 + seconds(1));
    expect(present()).toEqual([0, 1, 2, 3]);
    // By now the line itself knows them: they are absent.
    look(T0 + seconds(600));
    look(T0 + seconds(601));
    expect(present()).toEqual([]);
  });

  it('does not take the entrants of one draw for those of the next', () => {
    const { line, look, join, present } = aProcess();
    pure.announceDraw(line, OPENING, T0);
    look(T0);
    join(3, T0);
    pure.draw(line, OPENING.event, T0);
    pure.announceDraw(line, { ...OPENING, event: 'encore', seedHash: 'ff00' }, T0);
    look(T0 + 500);
    expect(present()).toEqual([]);
  });

  it('ends a checkpoint before a draw whose result it does not have', () => {
    const { line, look, draws } = aProcess();
    pure.announceDraw(line, OPENING, T0);
    pure.draw(line, OPENING.event, T0);
    look(T0);
    const [first] = line.draws;
    if (!first) throw new Error('there is no draw');
    // Another process put an earlier result back.
    first.drawnAt = T0 - 1;
    look(T0 + 1);
    expect(draws()).toEqual([]);
    look(T0 + 2);
    expect(draws()).toMatchObject([{ drawnAt: T0 - 1 }]);
  });
});
