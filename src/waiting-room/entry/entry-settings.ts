/** What a room asks of newcomers. A room that an earlier version stored has none of these settings: defaults apply. */

/**
 * - `off`: nothing is asked, and every visitor counts as proven.
 * - `auto`: visitors prove themselves in the background; a few of each address need not.
 * - `always`: only proven visitors count as present.
 */
export type ChallengeWhen = 'off' | 'auto' | 'always';

export type ProviderName = 'turnstile' | 'hcaptcha' | 'recaptcha' | 'friendly-captcha';

/** Visitors are checked by another service, instead of a proof of work. */
export interface ProviderChallenge {
  readonly when: ChallengeWhen;
  readonly provider: ProviderName;
  readonly site_key: string;
  /** Always there in stored settings; answers leave it out. */
  readonly secret?: string | undefined;
}

/** So many events within so many milliseconds. */
export interface Rate {
  readonly count: number;
  readonly window: number;
}

export interface EntryLimits {
  /** Joins of one address without a proof. Null for no limit. */
  readonly joins_per_address: Rate | null;
  /** Unproven visitors of one address that are present or inside. */
  readonly unproven_per_address: number;
  /** Browsers that may use one admission. */
  readonly sessions_per_admission: number;
}

export const DEFAULT_LIMITS: EntryLimits = {
  joins_per_address: { count: 60, window: 60_000 },
  unproven_per_address: 20,
  sessions_per_admission: 3,
};

/** These settings as a room may have them. */
export interface EntrySettings {
  /** The most present visitors in line; null for no limit. */
  readonly capacity?: number | null | undefined;
  readonly challenge?: ChallengeWhen | ProviderChallenge | undefined;
  readonly limits?: EntryLimits | undefined;
  /** A room for AWS's clients, which bring no proof. */
  readonly aws?: object | null | undefined;
}

export const limitsOf = ({ limits }: EntrySettings): EntryLimits => limits ?? DEFAULT_LIMITS;

export const challengeOf = ({ aws, challenge = aws ? 'off' : 'auto' }: EntrySettings): ChallengeWhen =>
  typeof challenge === 'string' ? challenge : challenge.when;

/** Null where visitors prove themselves by work. */
export const providerOf = ({ challenge }: EntrySettings): ProviderChallenge | null =>
  typeof challenge === 'object' && challenge.when !== 'off' ? challenge : null;
