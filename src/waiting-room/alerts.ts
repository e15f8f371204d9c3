/** When an operator has to look: what raises an alert, and what clears it. A pure decision; time-series/ keeps it. */
import type { Mode } from './room.ts';

/**
 * - `nobody_let_in`: nobody was let in for a minute while people are present.
 * - `turns_not_reaching_site`: under half of the latest turns reached the site.
 * - `present_halved`: within a minute, half of those present went without being let in.
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
  readonly secondsSinceLastTurn: number;
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

function isTrue(alert: RoomAlert, room: RoomCondition, now: number): boolean {
  switch (alert) {
    case 'nobody_let_in':
      return room.mode === 'queue' && room.present > 0 && room.secondsSinceLastTurn >= NOBODY_FOR;
    case 'turns_not_reaching_site':
      return room.turns >= FEWEST_TURNS && room.reached * 2 < room.turns;
    case 'present_halved': {
      const before = room.presentMinuteAgo ?? 0;
      return before >= FEWEST_PRESENT && (room.present + room.letInLastMinute) * 2 < before;
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

/** What is raised now. An alert that came and went stays for a minute. */
export function decideRoomAlerts(before: Raised<RoomAlert>, room: RoomCondition, now: number): AlertChanges<RoomAlert> {
  return changeAlerts(ROOM_ALERTS, before, (alert) => isTrue(alert, room, now), now);
}

export function changeAlerts<Name extends AlertName>(
  names: readonly Name[],
  before: Raised<Name>,
  isRaised: (name: Name) => boolean,
  now: number,
): AlertChanges<Name> {
  const since = (name: Name) => before[name];
  // Nobody waits for the end of the minute once someone is let in.
  const mayEnd = (name: Name) => name === 'nobody_let_in' || Math.abs(now - (since(name) ?? 0)) >= STAYS;
  const began = names.filter((name) => since(name) === undefined && isRaised(name));
  const ended = names.filter((name) => since(name) !== undefined && !isRaised(name) && mayEnd(name));
  const raised = names.flatMap((name) => {
    if (began.includes(name)) return [[name, now] as const];
    return since(name) === undefined || ended.includes(name) ? [] : [[name, since(name)] as const];
  });
  return { raised: Object.fromEntries(raised) as Raised<Name>, began, ended };
}
