/** The behaviour of visitors: they join, claim, give up, fall asleep, wake, and leave. */
import { estimatedWait } from '#waiting-room/estimate.ts';
import * as line from '#waiting-room/line/index.ts';
import type { Joined } from '#waiting-room/line/joins.ts';
import type { Holder } from '#waiting-room/line/place.ts';
import { pollAfter } from '#waiting-room/poll-intervals.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Agenda } from './agenda.ts';
import { type Clock, ticksOf } from './clock.ts';
import { type Crowd, IS, isWaiting, nameOf, type Standing, stand } from './crowd.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { SimulatedRoom } from './simulated-room.ts';
import type { Tally } from './tally.ts';

/** Actions on the agenda. */
const LATER = { claim: 1, giveUp: 2, sleep: 3, wake: 4, leave: 5 } as const;
/** The mean time until a device falls asleep, in ms. */
const SLEEPS_AFTER = 5 * 60_000;

export interface Visits {
  /** So many visitors arrive. */
  arrive(count: number): void;
  /** Performs an action of the agenda. */
  perform(action: number, visitor: number): void;
  /** The visitor's turn has come. */
  noticeTurn(visitor: number): void;
}

export interface VisitsDeps {
  readonly crowd: Crowd;
  readonly simulated: SimulatedRoom;
  readonly room: RoomSettings;
  readonly manners: Scenario['visitors'];
  readonly clock: Clock;
  readonly agenda: Agenda;
  readonly random: Random;
  readonly tally: Tally;
}

export function createVisits({ crowd, simulated, room, manners, clock, agenda, random, tally }: VisitsDeps): Visits {
  const state = simulated.line;

  const later = (milliseconds: number, action: number, visitor: number) =>
    agenda.add(clock.tick + ticksOf(milliseconds), action, visitor);
  const holderOf = (visitor: number): Holder => ({
    generation: state.generation,
    number: crowd.number[visitor] ?? 0,
    visitor: nameOf(visitor),
  });

  /** The visitor gets a ticket. */
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
    if (admission) admit(visitor);
  }

  function admit(visitor: number): void {
    stand(crowd, visitor, IS.inside);
    tally.admitted(clock.tick - (crowd.since[visitor] ?? 0), crowd.estimated[visitor] ?? null);
    later(random.logNormal(manners.dwell.median, manners.dwell.p95), LATER.leave, visitor);
  }

  /** The estimate a newcomer sees: from the last view, and the numbers issued since. */
  function estimate(number: number) {
    const { counters, speed } = simulated.view;
    const ahead = counters.present + Math.max(0, number - 1 - Math.max(counters.queue, counters.serving));
    return estimatedWait(ahead, speed, 2 * pollAfter(room, counters.waiting));
  }

  /** Plans what the visitor does while waiting. */
  function plan(visitor: number): void {
    const { impatient, patience, asleep } = manners;
    if (random.chance(impatient)) later(random.logNormal(patience.median, patience.p95), LATER.giveUp, visitor);
    if (random.chance(asleep)) later(random.exponential(SLEEPS_AFTER), LATER.sleep, visitor);
  }

  /** All pages prove their visitors. */
  const newcomer = (visitor: number) => ({ visitor: nameOf(visitor), claim: true, confirmed: true, proven: true });

  function joinAgain(visitor: number): void {
    const [ticket] = line.join(state, [newcomer(visitor)], clock.now) ?? [];
    if (ticket) take(visitor, ticket);
    else stand(crowd, visitor, IS.done);
    loadPages([visitor]);
  }

  /** The waiting page loads, which is the first heartbeat. */
  function loadPages(visitors: readonly number[]): void {
    const numbersOf = (standing: Standing) =>
      visitors.filter((visitor) => crowd.standing[visitor] === standing).map((visitor) => crowd.number[visitor] ?? 0);
    recordHeartbeats(numbersOf(IS.waiting));
    recordEntrantHeartbeats(numbersOf(IS.entrant));
  }

  /** The page notices the turn with its next poll, from a snapshot at most a second old, and claims. */
  function noticeTurn(visitor: number): void {
    if (!crowd.awake[visitor]) return;
    if (crowd.noShow[visitor]) {
      tally.noShow();
      stand(crowd, visitor, IS.done);
      return;
    }
    const poll = pollAfter(room, simulated.view.counters.waiting);
    later((random.next() * poll + random.next() + 1) * 1000, LATER.claim, visitor);
  }

  /** The page asks for its place again after a silence. */
  function comeBack(visitor: number): void {
    const holder = holderOf(visitor);
    const { state: place } = line.place(state, holder, clock.now);
    if (place === 'served') noticeTurn(visitor);
    else if (place !== 'missed') recordHeartbeats([holder.number]);
    else if (room.admission.missed_turn === 'front') rejoin(visitor, holder);
    else {
      line.leave(state, holder, clock.now);
      joinAgain(visitor);
    }
  }

  function rejoin(visitor: number, holder: Holder): void {
    const place = line.rejoin(state, holder, clock.now);
    // The front is closed to visitors who were absent for too long, or never present.
    if (place.state === 'missed') {
      line.leave(state, holder, clock.now);
      joinAgain(visitor);
      return;
    }
    stand(crowd, visitor, place.state === 'served' ? IS.waiting : IS.returned);
    if (place.state === 'served') noticeTurn(visitor);
  }

  /** Sends a last heartbeat, then nothing until the visitor wakes. */
  function fallSilent(visitor: number): void {
    const number = crowd.number[visitor] ?? 0;
    if (!crowd.awake[visitor]) return;
    crowd.awake[visitor] = false;
    if (crowd.standing[visitor] === IS.entrant) recordEntrantHeartbeats([number]);
    else recordHeartbeats([number]);
  }

  function giveUp(visitor: number): void {
    const pressesLeave = crowd.awake[visitor] && random.chance(manners.press_leave);
    const isEntrant = crowd.standing[visitor] === IS.entrant;
    if (!pressesLeave) fallSilent(visitor);
    else if (!isEntrant) line.leave(state, holderOf(visitor), clock.now);
    else line.withdraw(state, { generation: state.generation, entry: entryOf(visitor) }, clock.now);
    stand(crowd, visitor, IS.done);
    tally.gaveUp();
  }

  const entryOf = (visitor: number) => ({ draw: state.draws.length, index: crowd.number[visitor] ?? 0 });

  function recordHeartbeats(numbers: readonly number[]): void {
    if (numbers.length === 0) return;
    line.recordHeartbeats(state, { generation: state.generation, numbers, proven: numbers }, clock.now);
  }

  function recordEntrantHeartbeats(indexes: readonly number[]): void {
    if (indexes.length === 0) return;
    line.recordEntrantHeartbeats(state, { generation: state.generation, draw: state.draws.length, indexes }, clock.now);
  }

  function wake(visitor: number): void {
    crowd.awake[visitor] = true;
    const standing = crowd.standing[visitor];
    if (standing === IS.entrant) recordEntrantHeartbeats([crowd.number[visitor] ?? 0]);
    else if (standing === IS.late) joinAgain(visitor);
    else comeBack(visitor);
  }

  function leave(visitor: number): void {
    stand(crowd, visitor, IS.done);
    const abandons = random.chance(manners.abandon);
    if (random.chance(manners.unreported)) return;
    const left = [nameOf(visitor)];
    const [completed, abandoned] = abandons ? [[], left] : [left, []];
    line.endAdmissions(state, { exited: 0, completed, abandoned }, clock.now);
  }

  return {
    arrive(count) {
      const first = crowd.size;
      const arriving = Array.from({ length: count }, (_, n) => first + n);
      const tickets = line.join(state, arriving.map(newcomer), clock.now);
      for (let n = 0; n < count; n++) {
        const [visitor, ticket] = [first + n, tickets?.[n]];
        crowd.since[visitor] = clock.tick;
        crowd.awake[visitor] = true;
        crowd.noShow[visitor] = random.chance(manners.no_show);
        crowd.number[visitor] = 0;
        crowd.estimated[visitor] = ticket && ticket.number > 0 && !ticket.admission ? estimate(ticket.number) : null;
        if (ticket) take(visitor, ticket);
        else stand(crowd, visitor, IS.done);
        if (isWaiting(crowd.standing[visitor])) plan(visitor);
      }
      loadPages(arriving);
    },
    perform(action, visitor) {
      const standing = crowd.standing[visitor];
      if (action === LATER.leave && standing === IS.inside) leave(visitor);
      if (!isWaiting(standing)) return;
      if (action === LATER.giveUp) giveUp(visitor);
      if (action === LATER.wake) wake(visitor);
      if (action === LATER.sleep) {
        fallSilent(visitor);
        later(random.logNormal(manners.sleep.median, manners.sleep.p95), LATER.wake, visitor);
      }
      if (action === LATER.claim && crowd.awake[visitor]) {
        const place = line.claim(state, { ...holderOf(visitor), confirmed: true }, clock.now);
        if (place.state === 'admitted') admit(visitor);
        else comeBack(visitor);
      }
    },
    noticeTurn,
  };
}
