import { RoomNotFound } from '#waiting-room/errors.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';
import type { RoomId } from '#waiting-room/room.ts';
import { lineKey, lineKeys } from './keys.ts';
import type { Run, Script } from './script.ts';
import { lineScripts as scripts } from './scripts.ts';

/** The line in Redis: one script for each verb, so that each is one atomic step and one round trip. */
export function createLineStore(run: Run): LineStore {
  async function verb<Args extends readonly unknown[], Result>(
    script: Script<Args, { readonly result: Result } | null>,
    room: RoomId,
    ...args: Args
  ): Promise<Result> {
    const outcome = await run(script, lineKeys(room), ...args);
    if (!outcome) throw new RoomNotFound(room);
    return outcome.result;
  }

  return {
    configure: (room, rules, now) => verb(scripts.configure, room, rules, now),
    join: (room, entrants, now) => verb(scripts.join, room, entrants, now),
    place: (room, holder, now) => verb(scripts.place, room, holder, now),
    claim: (room, holder, now) => verb(scripts.claim, room, holder, now),
    rejoin: (room, holder, now) => verb(scripts.rejoin, room, holder, now),
    leave: (room, holder, now) => verb(scripts.leave, room, holder, now),
    renew: (room, visitor, now) => verb(scripts.renew, room, visitor, now),
    heard: (room, generation, numbers, now) => verb(scripts.heard, room, generation, numbers, now),
    heardEntrants: (room, generation, draw, indexes, now) =>
      verb(scripts.heardEntrants, room, generation, draw, indexes, now),
    withdraw: (room, generation, entry, now) => verb(scripts.withdraw, room, generation, entry, now),
    announceDraw: (room, opening, now) => verb(scripts.announceDraw, room, opening, now),
    withdrawDraw: (room, event, now) => verb(scripts.withdrawDraw, room, event, now),
    draw: (room, event, now) => verb(scripts.draw, room, event, now),
    drawResult: (room, generation, draw) => verb(scripts.drawResult, room, generation, draw),
    alarm: (room, on, _now) => verb(scripts.alarm, room, on),
    note: (room, name, value) => verb(scripts.note, room, name, value),
    predicted: (room, within, outside) => verb(scripts.predicted, room, within, outside),
    raise: (room, by, now, step) => verb(scripts.raise, room, by, now, step),
    exits: (room, exits, now) => verb(scripts.exits, room, exits, now),
    reset: (room, _now) => verb(scripts.reset, room),
    view: (room, now) => verb(scripts.view, room, now),
    async admission(room, visitor, now) {
      const keys = [lineKey(room, 'line'), lineKey(room, 'admissions')];
      const outcome = await run(scripts.admission, keys, visitor, now);
      if (!outcome) throw new RoomNotFound(room);
      return outcome.result;
    },
  };
}
