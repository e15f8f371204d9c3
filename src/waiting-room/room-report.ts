/** What an operator sees of a room at a glance: the counters, and what the sentence above them is made of. */
import type { AlertName, Raised } from './alerts.ts';
import type { Range } from './estimate.ts';
import { waitOf } from './facts.ts';
import { type HoldUpCode, holdUpOf } from './hold-up.ts';
import { targetPerMinute } from './inlets/target.ts';
import type { Counters, LineView } from './line/counters.ts';
import { letInLastMinute, type Pace, reachedTurns, secondsSinceLastTurn } from './pace.ts';
import type { Mode, RoomId } from './room.ts';
import type { Snapshot } from './snapshots.ts';
import { wholeView } from './whole-view.ts';

/** Field names are public. Durations are in seconds, times in ISO 8601. */
export interface RoomReport {
  readonly room: RoomId;
  readonly mode: Mode;
  readonly counters: Counters;
  readonly inlet: string;
  readonly alarm: boolean;
  /** Null: no limit. */
  readonly size: number | null;
  readonly inside: number;
  readonly held: number;
  readonly free: number | null;
  readonly let_in: {
    readonly last_minute: number;
    readonly target_per_minute: number | null;
    readonly seconds_since_last: number;
  };
  readonly held_up: { readonly code: HoldUpCode; readonly until: string | null } | null;
  readonly newcomers_wait: Range | null;
  readonly reached: { readonly turns: number; readonly share: number | null };
  readonly event: { readonly id: string; readonly start: string; readonly end: string | null } | null;
  readonly alerts: readonly { readonly alert: AlertName; readonly since: string }[];
  readonly updated_at: string;
}

export function roomReport(own: Snapshot, pace: Pace, alerts: Raised<AlertName>): RoomReport {
  const snapshot = { ...own, view: wholeViewOf(own) };
  const { settings, view, event, updatedAt } = snapshot;
  const { counters, inside, held, alarm } = view;
  const size = view.size === 0 ? null : Math.max(0, view.size);
  const holdUp = holdUpOf(snapshot);
  const { turns, reached } = reachedTurns(pace);
  return {
    room: settings.id,
    mode: settings.mode,
    counters,
    inlet: settings.inlet.strategy,
    alarm,
    size,
    inside,
    held,
    free: size === null ? null : Math.max(0, size - inside - held),
    let_in: {
      last_minute: letInLastMinute(pace, view, updatedAt),
      target_per_minute: targetPerMinute(settings.inlet, view.inletState),
      seconds_since_last: secondsSinceLastTurn(pace, updatedAt),
    },
    held_up: holdUp && { code: holdUp.code, until: isoOrNull(holdUp.until) },
    newcomers_wait: waitOf(snapshot, counters.present),
    reached: { turns, share: turns === 0 ? null : Math.round((reached / turns) * 1000) / 1000 },
    event: event && { id: event.id, start: iso(event.start), end: isoOrNull(event.end) },
    alerts: (Object.entries(alerts) as [AlertName, number][]).map(([alert, since]) => ({ alert, since: iso(since) })),
    updated_at: iso(updatedAt),
  };
}

/** What all lanes of a room show. */
export const wholeViewOf = ({ view, lanes }: Pick<Snapshot, 'view' | 'lanes'>): LineView =>
  wholeView([view, ...lanes.map((lane) => lane.view)]);

const iso = (time: number) => new Date(time).toISOString();
const isoOrNull = (time: number | null) => (time === null ? null : iso(time));
