import * as pure from '#waiting-room/line/line.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';
import type { LineRules } from '#waiting-room/room.ts';

/** The pure line behind the port, for one room of any name; and what its time is. */
export function openModel(rules: LineRules, now: number): LineStore & { clock(): number } {
  let line = pure.newLine(rules);
  pure.configure(line, rules, now);
  return {
    clock: () => line.clock,
    configure: async (_, changed, at) => pure.configure(line, changed, at),
    join: async (_, entrants, at) => pure.join(line, entrants, at),
    place: async (_, holder, at) => pure.place(line, holder, at),
    claim: async (_, holder, at) => pure.claim(line, holder, at),
    rejoin: async (_, holder, at) => pure.rejoin(line, holder, at),
    leave: async (_, holder, at) => pure.leave(line, holder, at),
    admission: async (_, visitor, at) => pure.admission(line, visitor, at),
    heard: async (_, generation, numbers, at) => pure.heard(line, generation, numbers, at),
    renew: async (_, visitor, at) => pure.renew(line, visitor, at),
    heardEntrants: async (_, generation, draw, indexes, at) => pure.heardEntrants(line, generation, draw, indexes, at),
    withdraw: async (_, generation, entry, at) => pure.withdraw(line, generation, entry, at),
    announceDraw: async (_, opening, at) => pure.announceDraw(line, opening, at),
    withdrawDraw: async (_, event, at) => pure.withdrawDraw(line, event, at),
    draw: async (_, event, at) => pure.draw(line, event, at),
    drawResult: async (_, generation, draw) => pure.drawResult(line, generation, draw),
    alarm: async (_, on) => {
      line.alarm = on;
    },
    note: async (_, name, value) => {
      line.notes[name] = value;
    },
    predicted: async (_, within, outside) => {
      line.predictions.within += within;
      line.predictions.outside += outside;
    },
    raise: async (_, by, at, step) => ({ ...pure.raise(line, by, at, step), counters: pure.counters(line) }),
    exits: async (_, told, at) => ({ ...pure.exits(line, told, at), counters: pure.counters(line) }),
    reset: async () => {
      line = pure.reset(line);
      return pure.counters(line);
    },
    view: async (_, at) => pure.view(line, at),
  };
}
