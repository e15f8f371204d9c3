/**
 * A room: one gated event or site. Here is what an operator decides about it; what happens in it is the line's.
 * Field names are those of the configuration file and the admin API. Durations and times are milliseconds.
 */
/** `[a-z0-9-]{1,64}`. */
export type RoomId = string;

/** In which order a draw serves those who came before the start: at random, or as they came. */
export type DrawOrder = 'draw' | 'arrival';

/**
 * - `queue`: the inlet decides who goes in.
 * - `passthrough`: everybody goes in at once.
 * - `paused`: numbers are kept and given, nobody is served.
 * - `closed`: nobody joins; those inside stay.
 */
export type Mode = 'queue' | 'passthrough' | 'paused' | 'closed';

/** How many people may be inside, whatever raises the counter; no bound without it. */
interface Sized {
  readonly size?: number | undefined;
}

/** What raises the serving counter. */
export type InletSettings = ManualInlet | PeriodicInlet | RateInlet | MaxSizeInlet | AdaptiveInlet;

export interface ManualInlet extends Sized {
  readonly strategy: 'manual';
}

/** So many numbers at once, again and again. */
export interface PeriodicInlet extends Sized {
  readonly strategy: 'periodic';
  readonly increment: number;
  readonly every: number;
  /** The first period begins here; without it periods are counted from the epoch. */
  readonly start?: number | undefined;
  /** None begins at or after this. */
  readonly end?: number | undefined;
}

/** So many people a minute who are there, spread evenly. */
export interface RateInlet extends Sized {
  readonly strategy: 'rate';
  readonly per_minute: number;
  /** People that may go in at once after a lull; a second's worth without it. */
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
  /** A URL that is asked for its health: how long it takes, and whether it fails. */
  readonly health?: { readonly url: string; readonly every: number } | undefined;
  /** Queries of a Prometheus, for the latency in seconds and the share of errors. */
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
  /** How long a visitor may be inside, from the claim. */
  readonly lifetime: number;
  /** How long a served visitor may take to claim. */
  readonly claim_window: number;
  /** Where somebody who missed the turn comes back: to the front of the line, or to its back. */
  readonly missed_turn: 'front' | 'back';
  /** Whether coming back through /authorize starts the lifetime anew. */
  readonly renew: boolean;
}

/** Something that starts: who comes before is drawn at the start, and settings of its own hold until it ends. */
export interface RoomEvent {
  readonly id: string;
  /** From here on who comes is an entrant of the draw; at `start` where there is no time before it. */
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
  /** The operator's words to all who wait. */
  readonly message: string | null;
  /** Where /enter may return to: each an origin and a path prefix. */
  readonly return_urls: readonly string[];
  /** In order of time, none overlapping another. */
  readonly events: readonly RoomEvent[];
}

/** The part of the settings that the line itself has to know, kept beside its counters so that no process acts on old ones. */
export interface LineRules {
  readonly mode: Mode;
  /** People inside at most; 0 for no bound. */
  readonly size: number;
  readonly lifetime: number;
  readonly claimWindow: number;
  readonly presenceTimeout: number;
}

export function lineRules(settings: RoomSettings): LineRules {
  return {
    mode: settings.mode,
    size: settings.inlet.size ?? 0,
    lifetime: settings.admission.lifetime,
    claimWindow: Math.max(settings.admission.claim_window, timeToHear(settings)),
    presenceTimeout: settings.presence.timeout,
  };
}

/** The event that has begun, or whose prequeue has, and has not ended. */
export function eventAt(settings: RoomSettings, now: number): RoomEvent | null {
  return settings.events.find((event) => event.prequeue_start <= now && now < (event.end ?? Infinity)) ?? null;
}

/** The settings as they hold at a time: an event's words hold from its prequeue on, its inlet from its start. */
export function settingsAt(settings: RoomSettings, now: number): RoomSettings {
  const event = eventAt(settings, now);
  if (!event) return settings;
  return {
    ...settings,
    title: event.title ?? settings.title,
    message: event.message === undefined ? settings.message : event.message,
    inlet: (now >= event.start ? event.inlet : undefined) ?? settings.inlet,
  };
}

/** Seconds between two looks at the shared status: the longer the line, the slower it moves for each. */
export function pollAfter(settings: RoomSettings, waiting: number): number {
  const pace = waiting <= 100 ? 2 : waiting <= 10_000 ? 5 : 10;
  // Whoever looks three times in a claim window does not miss the turn.
  return Math.max(1, Math.min(pace, Math.floor(settings.admission.claim_window / 3000)));
}

/** The longest it takes a page that looks when it is told to, to hear that the turn came: jitter and snapshots included. */
function timeToHear(settings: RoomSettings): number {
  return pollAfter(settings, Number.POSITIVE_INFINITY) * 1200 + 1000;
}
