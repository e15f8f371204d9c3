/**
 * A room: one gated event or site. The settings are the operator's decisions; the state is in the line.
 * Field names are those of the configuration file and the admin API. Durations and times are milliseconds.
 */
import type { EntrySettings } from './entry/entry-settings.ts';
import type { PassSettings } from './entry/pass-settings.ts';
import type { Rule } from './entry/rules.ts';
import type { InletSettings } from './inlets/index.ts';
import type { LocalMessage, LocalTexts, PageSettings } from './page-settings.ts';

/** `[a-z0-9-]{1,64}`. */
export type RoomId = string;

/** In which order a draw serves those who came before the start: at random, or as they came. */
export type DrawOrder = 'draw' | 'arrival';

/**
 * - `queue`: the inlet raises the serving counter.
 * - `passthrough`: every visitor is admitted at once.
 * - `paused`: visitors may join and keep their numbers, but nobody is served.
 * - `closed`: nobody may join; admitted visitors stay inside.
 */
export type Mode = 'queue' | 'passthrough' | 'paused' | 'closed';

/** What the lines had counted when the stock was set. Another generation counts from 0. */
export interface StockFrom {
  readonly generation: number;
  readonly completed: number;
}

/** The group that a room is in, and its share of the group's places. */
export interface InGroup {
  readonly id: string;
  /** Of the group. */
  readonly size: number;
  /** From 0 to 1. */
  readonly share: number;
}

/** Why a closed room is closed. */
export type ClosedReason = 'sold_out' | 'ended' | 'maintenance';

/**
 * - `refuse`: nobody joins from within a frame.
 * - `same-site`: a frame in a page of the same site may bring a newcomer. Other sites' frames bring no cookies, so each
 *   view of them would take another number.
 */
export type Frames = 'refuse' | 'same-site';

/** What stands still while a room is paused: nothing, the claim windows of those served, or also the time of those inside. */
export type PauseStops = 'nothing' | 'claim_windows' | 'claim_windows_and_admissions';

export interface AdmissionSettings {
  /** How long an admission lasts, from the claim. */
  readonly lifetime: number;
  /** How long the place of a served visitor is held. */
  readonly claim_window: number;
  /** How long an admission may stay unconfirmed; 0 is no limit. 30 s where it is missing. */
  readonly confirm_window?: number | undefined;
  /** Where a visitor who missed the turn rejoins the line. */
  readonly missed_turn: 'front' | 'back';
  /** How long after a missed turn the front is open; a room stored by an earlier version has none. */
  readonly missed_turn_grace?: number | undefined;
  /** Whether a return through /authorize starts the lifetime again. */
  readonly renew: boolean;
}

/** An event with a start. Visitors who arrive before it take part in a draw; its own settings apply until its end. */
export interface RoomEvent {
  readonly id: string;
  /** From this time on newcomers are entrants of the draw. Equal to `start` if there is no prequeue. */
  readonly prequeue_start: number;
  readonly start: number;
  readonly end: number | null;
  readonly order: DrawOrder;
  readonly title?: string | undefined;
  readonly inlet?: InletSettings | undefined;
  readonly message?: string | null | undefined;
  /** As those of the room. */
  readonly titles?: LocalTexts | undefined;
  readonly messages?: LocalMessage | undefined;
}

/** How the room answers at AWS's API. The names are those of AWS's parameters. */
export interface AwsSettings {
  /** The room's name for AWS's clients. Missing: the room's id. */
  readonly event_id?: string | undefined;
  /** The `iss` of tokens. Null: the service's own issuer. */
  readonly issuer: string | { readonly public: string; readonly private: string } | null;
  /** How long an admission through this API lasts, in whole seconds. */
  readonly validity_period: number;
  /** How long a served number may be claimed. */
  readonly queue_position_expiry: number | 'off';
  /** Whether each turn that expires raises the serving counter by one. */
  readonly raise_on_expiry: boolean;
  /** What the public API asks for as `x-api-key`. */
  readonly api_key?: string | null | undefined;
}

/** The languages of a room's pages, as BCP 47 codes. */
export interface LanguageSettings {
  /** For visitors who wish for none that is offered. */
  readonly default: string;
  /** Missing: all that are shipped. */
  readonly offered?: readonly string[] | undefined;
}

/** What the gate's cookie is bound to, at navigations: the family of the browser, or its address as well. */
export type Bind = 'browser' | 'address' | 'off';

export interface RoomSettings extends EntrySettings, PageSettings {
  readonly id: RoomId;
  readonly title: string;
  readonly mode: Mode;
  /** Which words a closed room's page has; a room stored by an earlier version has none. */
  readonly closed_reason?: ClosedReason | null | undefined;
  /** What there was to sell when it was set; null or missing for none. What is left is in `stock.ts`. */
  readonly stock?: number | null | undefined;
  /** Where the count of what was sold begins. Missing: with the line. No field of the file or the API. */
  readonly stock_from?: StockFrom | undefined;
  /** Null or missing: none. No field of a room in the file or the API, where `groups` has it. */
  readonly group?: InGroup | null | undefined;
  readonly inlet: InletSettings;
  readonly admission: AdmissionSettings;
  /** Missing: a pause stops nothing. A room that an earlier version stored lacks it. */
  readonly pause?: { readonly stops: Exclude<PauseStops, 'claim_windows_and_admissions'> } | undefined;
  /**
   * Set where a pause stops admissions as well, beside `pause` that stops claim windows: so the version before, which knows
   * no more, can read the room, and change it.
   */
  readonly pause_stops_admissions?: true | undefined;
  readonly presence: { readonly timeout: number };
  /** The operator's message to waiting visitors. */
  readonly message: string | null;
  /** Where /enter and the gate may return to: each an origin and a path prefix. */
  readonly return_urls: readonly string[];
  /** In order of time, without overlap. */
  readonly events: readonly RoomEvent[];
  /**
   * Web origins whose pages may call the tickets API. Without any: those of `return_urls` and of the redirect URIs of
   * the room's relying parties. A room that an earlier version stored lacks it, and `frames`.
   */
  readonly origins?: readonly string[] | undefined;
  /** Whether a frame of a page may bring a newcomer. Default: refuse. */
  readonly frames?: Frames | undefined;
  /** What the gate's cookie is bound to. Default: browser. */
  readonly bind?: Bind | undefined;
  /** What happens with requests that need no place in line, or get none. Missing: none. */
  readonly rules?: readonly Rule[] | undefined;
  /** Null or missing: the room does not answer at AWS's API. */
  readonly aws?: AwsSettings | null | undefined;
  /** Signed passes with one place each. Missing: none. */
  readonly passes?: PassSettings | null | undefined;
  /** Null or missing: all languages that are shipped, and English for everybody else. */
  readonly languages?: LanguageSettings | null | undefined;
  /** The share of the places of each lane, by name. The default lane has the rest. Missing: none. */
  readonly lanes?: Readonly<Record<string, number>> | undefined;
}
