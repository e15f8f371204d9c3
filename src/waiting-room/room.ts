/**
 * A room: one gated event or site. The settings are the operator's decisions; the state is in the line.
 * Field names are those of the configuration file and the admin API. Durations and times are milliseconds.
 */
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

/** At most so many visitors inside, whatever raises the counter; no limit without it. */
interface Sized {
  readonly size?: number | undefined;
}

/** The strategy that raises the serving counter. */
export type InletSettings = ManualInlet | PeriodicInlet | RateInlet | MaxSizeInlet | AdaptiveInlet;

export interface ManualInlet extends Sized {
  readonly strategy: 'manual';
}

/** `increment` numbers in each period. */
export interface PeriodicInlet extends Sized {
  readonly strategy: 'periodic';
  readonly increment: number;
  readonly every: number;
  /** The beginning of the first period; without it periods are counted from the epoch. */
  readonly start?: number | undefined;
  /** No period begins at or after this time. */
  readonly end?: number | undefined;
}

/** `per_minute` present people a minute, spread evenly. */
export interface RateInlet extends Sized {
  readonly strategy: 'rate';
  readonly per_minute: number;
  /** How many people may pass at once after a lull; without it, those of one second. */
  readonly burst?: number | undefined;
}

/** As many people as fit. */
export interface MaxSizeInlet {
  readonly strategy: 'max-size';
  readonly size: number;
}

/** A rate that holds the origin's latency and error rate at their targets. */
export interface AdaptiveInlet extends Sized {
  readonly strategy: 'adaptive';
  readonly min_per_minute: number;
  readonly max_per_minute: number;
  /** Milliseconds. */
  readonly target_latency: number;
  /** 0 … 1. */
  readonly target_error_rate: number;
  /** A URL to probe: how long it takes to answer, and whether it fails. */
  readonly health?: { readonly url: string; readonly every: number } | undefined;
  /** Prometheus queries for the latency in seconds and the error rate. */
  readonly prometheus?:
    | {
        readonly url: string;
        readonly latency: string;
        readonly error_rate?: string | undefined;
        readonly every: number;
      }
    | undefined;
}

export interface AdmissionSettings {
  /** How long an admission lasts, from the claim. */
  readonly lifetime: number;
  /** How long the place of a served visitor is held. */
  readonly claim_window: number;
  /** Where a visitor who missed the turn rejoins the line. */
  readonly missed_turn: 'front' | 'back';
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
}

export interface RoomSettings {
  readonly id: RoomId;
  readonly title: string;
  readonly mode: Mode;
  readonly inlet: InletSettings;
  readonly admission: AdmissionSettings;
  readonly presence: { readonly timeout: number };
  /** The operator's message to waiting visitors. */
  readonly message: string | null;
  /** Where /enter and the gate may return to: each an origin and a path prefix. */
  readonly return_urls: readonly string[];
  /** In order of time, without overlap. */
  readonly events: readonly RoomEvent[];
}

/** The settings that the line itself needs, stored with its counters so that no process applies old ones. */
export interface LineRules {
  readonly mode: Mode;
  /** The largest number of visitors inside; 0 for no limit. */
  readonly size: number;
  readonly lifetime: number;
  readonly claimWindow: number;
  readonly presenceTimeout: number;
}
