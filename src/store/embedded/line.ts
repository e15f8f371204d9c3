import * as pure from '#waiting-room/line/line.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { Answers, Takes, Verb } from './commands.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Journal } from './journal.ts';

export interface LineDeps {
  readonly group: GroupCommit;
  readonly journal: Journal;
}

export function createLineStore({ group, journal }: LineDeps): LineStore {
  const perform = <V extends Verb>(room: RoomId, verb: V, taken: Takes<V>, now: number): Promise<Answers<V>> =>
    group.run(() => journal.perform(room, verb, taken, now));

  return {
    configure: (room, rules, now) => perform(room, 'configure', rules, now),
    // Lists are copied: they are written down at the end of the turn, when the caller may have refilled them.
    join: (room, entrants, now) => perform(room, 'join', entrants.slice(), now),
    place: (room, holder, now) => group.run(() => pure.place(journal.line(room), holder, now)),
    claim: (room, holder, now) => perform(room, 'claim', holder, now),
    rejoin: (room, holder, now) => perform(room, 'rejoin', holder, now),
    leave: (room, holder, now) => perform(room, 'leave', holder, now),
    admission: (room, visitor, now) => group.run(() => pure.admission(journal.line(room), visitor, now)),
    heard: (room, generation, numbers, now) => perform(room, 'heard', { generation, numbers: numbers.slice() }, now),
    renew: (room, visitor, now) => perform(room, 'renew', visitor, now),
    heardEntrants: (room, generation, draw, indexes, now) =>
      perform(room, 'heardEntrants', { generation, draw, indexes: indexes.slice() }, now),
    withdraw: (room, generation, entry, now) => perform(room, 'withdraw', { generation, entry }, now),
    announceDraw: (room, opening, now) => perform(room, 'announceDraw', opening, now),
    withdrawDraw: (room, event, now) => perform(room, 'withdrawDraw', event, now),
    draw: (room, event, now) => perform(room, 'draw', event, now),
    drawResult: (room, generation, draw) => group.run(() => pure.drawResult(journal.line(room), generation, draw)),
    alarm: (room, on, now) => perform(room, 'alarm', on, now),
    note: (room, name, value) => perform(room, 'note', { name, value }, 0),
    predicted: (room, within, outside) => perform(room, 'predicted', { within, outside }, 0),
    raise: (room, by, now, step) => perform(room, 'raise', { ...by, step }, now),
    exits: (room, exits, now) => perform(room, 'exits', exits, now),
    reset: (room, now) => perform(room, 'reset', null, now),
    view: (room, now) => perform(room, 'view', null, now),
  };
}
