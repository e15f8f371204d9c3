/** What the admin API answers, as far as the panel reads it. */

import type { LocalTexts, Theme } from '../../src/waiting-room/page-settings.ts';
import type { RoomReport } from '../../src/waiting-room/room-report.ts';
import type { Message } from './local-text.ts';

/** The report of a room as its stream has it. An older process leaves out the alerts. */
export type Report = Omit<RoomReport, 'alerts'> & Partial<Pick<RoomReport, 'alerts'>>;
export type Alert = RoomReport['alerts'][number];
export type Mode = RoomReport['mode'];

export interface EventSettings {
  readonly id: string;
  readonly prequeue_start?: string;
  readonly start: string;
  readonly end?: string;
  readonly order?: 'draw' | 'arrival';
  readonly [other: string]: unknown;
}

/** What stands still while the room is paused. */
export type PauseStops = 'nothing' | 'claim_windows' | 'claim_windows_and_admissions';

export interface Room {
  readonly id: string;
  readonly title: string | LocalTexts;
  readonly mode: Mode;
  readonly closed_reason?: 'sold_out' | 'ended' | 'maintenance' | null;
  readonly message: Message;
  readonly inlet: Readonly<Record<string, unknown>> & { readonly strategy: string; readonly size?: number };
  readonly capacity: number | null;
  readonly admission?: { readonly lifetime?: string };
  readonly pause?: { readonly stops: PauseStops };
  readonly return_urls?: readonly string[];
  readonly events?: readonly EventSettings[];
  readonly theme?: Theme | null;
  readonly languages?: { readonly default?: string; readonly offered?: readonly string[] } | null;
}

export interface ActivityEvent {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly [field: string]: unknown;
}

export interface AuditEntry {
  readonly id: string;
  readonly time: string;
  readonly by: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: unknown;
  /** Why, in the operator's words. */
  readonly reason?: string;
  readonly count: number;
  readonly last_at: string;
  /** How many later entries were dropped to make room. */
  readonly omitted?: number;
}

export interface AnalyticsRow {
  readonly time: string;
  readonly inflow: number;
  readonly outflow: number;
  readonly waiting: number;
  readonly present: number;
  readonly inside: number;
  readonly claimed: number;
  readonly missed: number;
  readonly left: number;
}

/** The latest action in a room that can be undone. */
export type UndoableAction = UndoableChange | UndoableRaise;

interface Undoable {
  readonly id: string;
  readonly by: string;
  readonly at: string;
  readonly role: 'operator' | 'owner';
}

export interface UndoableChange extends Undoable {
  readonly action: 'settings';
  readonly fields: readonly string[];
  readonly from: Readonly<Record<string, unknown>>;
  readonly to: Readonly<Record<string, unknown>>;
}

export interface UndoableReset {
  readonly id: string;
  readonly by: string;
  readonly at: string;
  readonly until: string;
  readonly waiting: number;
  readonly inside: number;
  readonly issued_since: number;
  readonly refused: 'let_in_since_reset' | 'line_does_not_fit' | null;
}

export interface UndoableRaise extends Undoable {
  readonly action: 'raise';
  readonly raised_by: number;
  readonly unclaimed: number;
  readonly lowers_by: number;
}
