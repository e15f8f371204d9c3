/** What visitors do: come, claim, lose patience, fall asleep, come back, go. */
import { estimatedWait } from '#waiting-room/estimate.ts';
import * as line from '#waiting-room/line/index.ts';
import type { Joined } from '#waiting-room/line/joins.ts';
import type { Holder } from '#waiting-room/line/place.ts';
import { pollAfter } from '#waiting-room/poll-intervals.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Agenda } from './agenda.ts';
import { type Clock, ticksOf } from './clock.ts';
import { type Crowd, IS, isWaiting, nameOf, stand } from './crowd.ts';
import type { Door } from './door.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { Tally } from './tally.ts';

/** What happens to visitors later, for the agenda. */
const LATER = { claims: 1, givesUp: 2, sleeps: 3, wakes: 4, goes: 5 } as const;
/** When a device falls asleep that does, on average, in ms. */
const SLEEPS_AFTER = 5 * 60_000;

export interface Visits {
  come(count: number): void;
  happens(kind: number, visitor: number): void;
  /** Their turn came. */
  hear(visitor: number): void;
}

export interface VisitsDeps {
  readonly crowd: Crowd;
  readonly door: Door;
  readonly room: RoomSettings;
  readonly manners: Scenario['visitors'];
  readonly clock: Clock;
  readonly agenda: Agenda;
  readonly random: Random;
  readonly tally: Tally;
}

export function createVisits({ crowd, door, room, manners, clock, agenda, random, tally }: VisitsDeps): Visits {
  const state = door.line;

  const later = (milliseconds: number, kind: number, visitor: number) =>
    agenda.add(clock.tick + ticksOf(milliseconds), kind, visitor);
  const holderOf = (visitor: number): Holder => ({
    generation: state.generation,
    number: crowd.number[visitor] ?? 0,
    visitor: nameOf(visitor),
  });

  /** A ticket comes into their hands. */
  function take(visitor: number, { entry, number, admission }: Joined): void {
    if (entry) {
      crowd.entrants[entry.index] = visitor;
      crowd.number[visitor] = entry.index;
      stand(crowd, visitor, IS.entrant);
      return;
    }
    crowd.number[visitor] = number;
    crowd.holders[number] = visitor;
    stand(crowd, visitor, IS.waiting);
    if (admission) goIn(visitor);
  }

  function goIn(visitor: number): void {
    stand(crowd, visitor, IS.inside);
    tally.wentIn(clock.tick - (crowd.since[visitor] ?? 0), crowd.predicted[visitor] ?? null);
    later(random.logNormal(manners.dwell.median, manners.dwell.p95), LATER.goes, visitor);
  }

  /** What a newcomer is told, from what a process knows: people there, and all who came after it looked. */
  function predict(number: number) {
    const { counters, speed } = door.known;
    const ahead = counters.present + Math.max(0, number - 1 - Math.max(counters.queue, counters.serving));
    return estimatedWait(ahead, speed, 2 * pollAfter(room, counters.waiting));
  }

  /** What will happen to them as long as they wait. */
  function live(visitor: number): void {
    const { impatient, patience, asleep } = manners;
    if (random.chance(impatient)) later(random.logNormal(patience.median, patience.p95), LATER.givesUp, visitor);
    if (random.chance(asleep)) later(random.exponential(SLEEPS_AFTER), LATER.sleeps, visitor);
  }

  function joinAgain(visitor: number): void {
    const [ticket] = line.join(state, [{ visitor: nameOf(visitor), claim: true }], clock.now) ?? [];
    if (ticket) take(visitor, ticket);
    else stand(crowd, visitor, IS.done);
  }

  /** The page hears of the turn with its next look, from a snapshot a second old at most, and claims. */
  function hear(visitor: number): void {
    if (!crowd.awake[visitor]) return;
    if (crowd.noShow[visitor]) {
      tally.noShow();
      stand(crowd, visitor, IS.done);
      return;
    }
    const poll = pollAfter(room, door.known.counters.waiting);
    later((random.next() * poll + random.next() + 1) * 1000, LATER.claims, visitor);
  }

  /** The page looks where they stand, after a time in which it did not. */
  function comeBack(visitor: number): void {
    const holder = holderOf(visitor);
    const { state: place } = line.place(state, holder, clock.now);
    if (place === 'served') hear(visitor);
    else if (place !== 'missed')
      line.recordHeartbeats(state, { generation: state.generation, numbers: [holder.number] }, clock.now);
    else if (room.admission.missed_turn === 'front') rejoin(visitor, holder);
    else {
      line.leave(state, holder, clock.now);
      joinAgain(visitor);
    }
  }

  function rejoin(visitor: number, holder: Holder): void {
    const place = line.rejoin(state, holder, clock.now);
    stand(crowd, visitor, place.state === 'served' ? IS.waiting : IS.returned);
    if (place.state === 'served') hear(visitor);
  }

  /** The last that is heard of them, for now or for good. */
  function fallSilent(visitor: number): void {
    const number = crowd.number[visitor] ?? 0;
    if (!crowd.awake[visitor]) return;
    crowd.awake[visitor] = false;
    if (crowd.standing[visitor] === IS.entrant) hearEntrants([number]);
    else line.recordHeartbeats(state, { generation: state.generation, numbers: [number] }, clock.now);
  }

  function giveUp(visitor: number): void {
    const saysSo = crowd.awake[visitor] && random.chance(manners.press_leave);
    const isEntrant = crowd.standing[visitor] === IS.entrant;
    if (!saysSo) fallSilent(visitor);
    else if (!isEntrant) line.leave(state, holderOf(visitor), clock.now);
    else line.withdraw(state, { generation: state.generation, entry: entryOf(visitor) }, clock.now);
    stand(crowd, visitor, IS.done);
    tally.gaveUp();
  }

  const entryOf = (visitor: number) => ({ draw: state.draws.length, index: crowd.number[visitor] ?? 0 });

  function hearEntrants(indexes: readonly number[]): void {
    line.recordEntrantHeartbeats(
      state,
      { generation: state.generation, draw: state.draws.length, indexes: indexes },
      clock.now,
    );
  }

  function wake(visitor: number): void {
    crowd.awake[visitor] = true;
    const standing = crowd.standing[visitor];
    if (standing === IS.entrant) hearEntrants([crowd.number[visitor] ?? 0]);
    else if (standing === IS.late) joinAgain(visitor);
    else comeBack(visitor);
  }

  function go(visitor: number): void {
    stand(crowd, visitor, IS.done);
    const abandons = random.chance(manners.abandon);
    if (random.chance(manners.unreported)) return;
    const gone = [nameOf(visitor)];
    const [completed, abandoned] = abandons ? [[], gone] : [gone, []];
    line.reportExits(state, { exited: 0, completed, abandoned }, clock.now);
  }

  return {
    come(count) {
      const first = crowd.size;
      const names = Array.from({ length: count }, (_, n) => ({ visitor: nameOf(first + n), claim: true }));
      const tickets = line.join(state, names, clock.now);
      for (let n = 0; n < count; n++) {
        const [visitor, ticket] = [first + n, tickets?.[n]];
        crowd.since[visitor] = clock.tick;
        crowd.awake[visitor] = true;
        crowd.noShow[visitor] = random.chance(manners.no_show);
        crowd.number[visitor] = 0;
        crowd.predicted[visitor] = ticket && ticket.number > 0 && !ticket.admission ? predict(ticket.number) : null;
        if (ticket) take(visitor, ticket);
        else stand(crowd, visitor, IS.done);
        if (isWaiting(crowd.standing[visitor])) live(visitor);
      }
    },
    happens(kind, visitor) {
      const standing = crowd.standing[visitor];
      if (kind === LATER.goes && standing === IS.inside) go(visitor);
      if (!isWaiting(standing)) return;
      if (kind === LATER.givesUp) giveUp(visitor);
      if (kind === LATER.wakes) wake(visitor);
      if (kind === LATER.sleeps) {
        fallSilent(visitor);
        later(random.logNormal(manners.sleep.median, manners.sleep.p95), LATER.wakes, visitor);
      }
      if (kind === LATER.claims && crowd.awake[visitor]) {
        const place = line.claim(state, holderOf(visitor), clock.now);
        if (place.state === 'admitted') goIn(visitor);
        else comeBack(visitor);
      }
    },
    hear,
  };
}
