/** When an operator has to look: what raises an alert, and what clears it. A pure decision; time-series/ keeps it. */
import type { Mode } from './room.ts';

/**
 * - `nobody_let_in`: nobody was let in for a minute in which people were present and the mode was `queue`.
 * - `turns_not_reaching_site`: under half of the latest turns reached the site.
 * - `present_halved`: within a minute, half of those present went without getting a turn.
 * - `abuse`: an address behaves like an attacker.
 */
export const ROOM_ALERTS = ['nobody_let_in', 'turns_not_reaching_site', 'present_halved', 'abuse'] as const;
/**
 * Those of a process.
 *
 * - `store_errors`: the store left calls unanswered.
 * - `clocks`: the clock of the process differs from another.
 */
export const SERVICE_ALERTS = ['store_errors', 'clocks'] as const;

export type RoomAlert = (typeof ROOM_ALERTS)[number];
export type ServiceAlert = (typeof SERVICE_ALERTS)[number];
export type AlertName = RoomAlert | ServiceAlert;

/** Since when each alert is raised, in ms. */
export type Raised<Name extends AlertName> = Readonly<Partial<Record<Name, number>>>;

export interface RoomCondition {
  readonly mode: Mode;
  readonly present: number;
  /** Null: not known yet. */
  readonly presentMinuteAgo: number | null;
  readonly letInLastMinute: number;
  /** Places held for served visitors who have not claimed yet. */
  readonly held: number;
  /** For how long nobody has had a turn while people were present and the mode was `queue`; 0 in other modes. */
  readonly secondsWithoutTurn: number;
  readonly turns: number;
  readonly reached: number;
  /** When abuse was suspected last, in ms; null: never. */
  readonly abuseAt: number | null;
}

/** In seconds. */
const NOBODY_FOR = 60;
/** Fewer turns, or fewer people, say nothing. */
const FEWEST_TURNS = 20;
const FEWEST_PRESENT = 20;
/** How long an alert stays at least, in ms. */
const STAYS = 60_000;
const ABUSE_STAYS = 5 * 60_000;

/** The modes in which an alert says something. In the others it is wrong at once: what it would report is on purpose. */
const SAYS_SOMETHING: Readonly<Record<RoomAlert, readonly Mode[]>> = {
  nobody_let_in: ['queue'],
  turns_not_reaching_site: ['queue', 'passthrough', 'paused'],
  present_halved: ['queue', 'paused'],
  abuse: ['queue', 'passthrough', 'paused', 'closed'],
};

function isTrue(alert: RoomAlert, room: RoomCondition, now: number): boolean {
  if (!SAYS_SOMETHING[alert].includes(room.mode)) return false;
  switch (alert) {
    case 'nobody_let_in':
      return room.present > 0 && room.secondsWithoutTurn >= NOBODY_FOR;
    case 'turns_not_reaching_site':
      return room.turns >= FEWEST_TURNS && room.reached * 2 < room.turns;
    case 'present_halved': {
      const before = room.presentMinuteAgo ?? 0;
      return before >= FEWEST_PRESENT && (room.present + room.held + room.letInLastMinute) * 2 < before;
    }
    case 'abuse':
      return room.abuseAt !== null && now - room.abuseAt < ABUSE_STAYS;
  }
}

export interface AlertChanges<Name extends AlertName> {
  readonly raised: Raised<Name>;
  /** Those that are new, and those that are over. */
  readonly began: readonly Name[];
  readonly ended: readonly Name[];
}

/** What is raised now. An alert that came and went stays for a minute, unless the mode makes it wrong. */
export function decideRoomAlerts(before: Raised<RoomAlert>, room: RoomCondition, now: number): AlertChanges<RoomAlert> {
  // Nobody waits for the end of the minute once someone is let in.
  const endsAtOnce = (alert: RoomAlert) => alert === 'nobody_let_in' || !SAYS_SOMETHING[alert].includes(room.mode);
  return changeAlerts(ROOM_ALERTS, before, (alert) => isTrue(alert, room, now), now, endsAtOnce);
}

export function changeAlerts<Name extends AlertName>(
  names: readonly Name[],
  before: Raised<Name>,
  isRaised: (name: Name) => boolean,
  now: number,
  endsAtOnce: (name: Name) => boolean = () => false,
): AlertChanges<Name> {
  const since = (name: Name) => before[name];
  const mayEnd = (name: Name) => endsAtOnce(name) || Math.abs(now - (since(name) ?? 0)) >= STAYS;
  const began = names.filter((name) => since(name) === undefined && isRaised(name));
  const ended = names.filter((name) => since(name) !== undefined && !isRaised(name) && mayEnd(name));
  const raised = names.flatMap((name) => {
    if (began.includes(name)) return [[name, now] as const];
    return since(name) === undefined || ended.includes(name) ? [] : [[name, since(name)] as const];
  });
  return { raised: Object.fromEntries(raised) as Raised<Name>, began, ended };
}
