import { hasNumbers } from './inlet.ts';

/** A time further ahead than this means that the clock jumped back, not that two clocks differ. In ms. */
export const JUMPED = 1000;

/** A token bucket whose tokens are people. */
export interface Bucket {
  /** When it was last filled, in ms. */
  readonly at: number;
  /** Its content, including fractions of a person. */
  readonly tokens: number;
}

export const isBucket = (value: object) => hasNumbers(value, 'at', 'tokens');

/**
 * Fills the bucket up to `now` and takes out all whole people, at most `most`. A clock that is slightly behind fills
 * nothing. After a clock jumped back, filling continues from its new time.
 */
export function takeTokens(
  bucket: Bucket | null,
  perMinute: number,
  most: number,
  now: number,
): { readonly people: number; readonly bucket: Bucket } {
  const before = { at: now, tokens: 0, ...bucket };
  if (before.at > now + JUMPED) before.at = now;
  const filled = before.tokens + (Math.max(0, now - before.at) * perMinute) / 60_000;
  // The tolerance makes up for rounding: a sum of many parts of a minute may fall just short of a whole person.
  const people = Math.floor(Math.min(filled, most) + 1e-9);
  // The fraction beyond `most` stays; otherwise a slow rate would lose a little with each person.
  const tokens = Math.min(1, Math.max(0, filled - people));
  return { people, bucket: { at: Math.max(now, before.at), tokens } };
}

/** How many places may stand unused: those of one second, but at least one, or a rate below one a second would serve nobody. */
export function burstOfOneSecond(perMinute: number): number {
  return Math.max(1, perMinute / 60);
}
