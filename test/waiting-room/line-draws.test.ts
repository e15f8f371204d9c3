import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawRecord, enter, finishDraw, newDraw } from '#waiting-room/line/draw.ts';
import * as pure from '#waiting-room/line/index.ts';
import { forget, hear, turnWindows } from '#waiting-room/line/presence.ts';
import { OPENING, RULES, T0 } from '../store/contract/room-under-test.ts';

const MOST = 60;
const index = fc.nat(MOST);

describe('the entrants of a draw', () => {
  it('get their places by arrival, from 0, and are present', () => {
    const draw = newDraw(OPENING, T0);
    expect([1, 2, 3].map(() => enter(draw, 7, true))).toEqual([0, 1, 2].map((each) => ({ draw: 7, index: each })));
    expect(drawRecord(draw, 7)).toEqual({
      draw: 7,
      event: 'opening',
      order: 'draw',
      seedHash: OPENING.seedHash,
      committedAt: T0,
      opensAt: T0,
      arrivals: 3,
      seed: null,
      drawnAt: null,
      entrants: null,
      base: 0,
    });
  });

  it('are drawn if they sent a heartbeat in time and did not withdraw', () => {
    const event = fc.record({ after: fc.nat(1500), index, withdrawn: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MOST }), fc.array(event, { maxLength: 60 }), (count, events) => {
        const draw = newDraw(OPENING, T0);
        let now = T0;
        const heardAt = new Map<number, number>();
        for (let n = 0; n < count; n++) heardAt.set(enter(draw, 1, true).index, now);
        for (const { after, index: picked, withdrawn } of events) {
          now += after;
          turnWindows(draw.presence, 3000, now);
          if (picked >= count) continue;
          if (withdrawn) {
            forget(draw.presence, picked);
            heardAt.delete(picked);
          } else {
            hear(draw.presence, picked);
            heardAt.set(picked, now);
          }
        }
        const entrants = finishDraw(draw, 100, now);
        const there = [...(draw.there?.between(0, MOST) ?? [])];
        expect(there).toHaveLength(entrants);
        for (let n = 0; n < count; n++) {
          const silent = now - (heardAt.get(n) ?? Number.NEGATIVE_INFINITY);
          if (silent <= 3000) expect(there).toContain(n);
          if (silent >= 4000) expect(there).not.toContain(n);
        }
        expect(drawRecord(draw, 1)).toMatchObject({ seed: OPENING.seed, drawnAt: now, entrants, base: 100 });
      }),
    );
  });
});

describe('a line with a draw', () => {
  const entrants = (count: number) => Array.from({ length: count }, (_, n) => ({ visitor: `v${n}`, claim: false }));

  it('gives drawn entrants the next numbers, whatever happened before the draw', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(40), fc.uniqueArray(fc.nat(40)), fc.nat(5), (before, come, gone, late) => {
        const line = pure.newLine(RULES);
        pure.join(line, entrants(before), T0);
        pure.announceDraw(line, OPENING, T0);
        pure.join(line, entrants(come), T0);
        for (const index of gone) pure.withdraw(line, { generation: 1, entry: { draw: 1, index } }, T0);
        pure.draw(line, OPENING.event, T0);
        const left = come - gone.filter((index) => index < come).length;
        const joined = pure.join(line, entrants(late), T0);
        expect(joined?.map(({ number }) => number)).toEqual(
          Array.from({ length: late }, (_, n) => before + left + n + 1),
        );
        expect(pure.counters(line)).toMatchObject({ queue: before + left + late, present: before + left + late });
        expect(pure.drawResult(line, { generation: 1, draw: 1 })?.record).toMatchObject({
          base: before,
          entrants: left,
          arrivals: come,
        });
      }),
    );
  });

  it('takes no more places than it has when drawn entrants find credits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(12), fc.nat(12), (size, credits, come) => {
        const line = pure.newLine({ ...RULES, size });
        pure.raise(line, { people: credits }, T0);
        pure.announceDraw(line, OPENING, T0);
        pure.join(line, entrants(come), T0);
        pure.draw(line, OPENING.event, T0);
        const open = Math.min(credits, size);
        expect(line.serving).toBe(open);
        expect(line.held).toBe(Math.min(open, come));
        expect(line.turns).toBe(line.held);
      }),
    );
  });
});
