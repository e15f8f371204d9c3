/**
 * A room: one gated event or site. Here is what an operator decides about it; what happens in it is the line's.
 * Field names are those of the configuration file and the admin API. Durations are milliseconds.
 */

/** `[a-z0-9-]{1,64}`. */
export type RoomId = string;

/**
 * - `queue`: the inlet decides who goes in.
 * - `passthrough`: everybody goes in at once.
 * - `paused`: numbers are kept and given, nobody is served.
 * - `closed`: nobody joins; those inside stay.
 */
export type Mode = 'queue' | 'passthrough' | 'paused' | 'closed';

/** What raises the serving counter. `size` bounds how many are inside, whatever raises it. */
export type InletSettings =
  | { readonly strategy: 'manual'; readonly size?: number | undefined }
  | { readonly strategy: 'max-size'; readonly size: number };

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
    claimWindow: settings.admission.claim_window,
    presenceTimeout: settings.presence.timeout,
  };
}
