import { hasNumbers } from './inlet.ts';

/** A time that is further ahead than this is no difference of two clocks: a clock jumped back. In ms. */
export const JUMPED = 1000;

/** A token bucket whose tokens are people: filled evenly, of which at most `most` are taken at once. */
export interface Bucket {
  /** When it was filled last, in ms. */
  readonly at: number;
  /** What is in it, fractions of a person included. */
  readonly tokens: number;
}

export const isBucket = (value: object) => hasNumbers(value, 'at', 'tokens');

/**
 * Fills the bucket up to `now` and takes all whole people out. A clock that is a little behind fills nothing; from one
 * that jumped back the bucket is filled on, or it would stay empty until that clock is where it was.
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
  // The sum of many parts of a minute falls short of a whole person by rounding alone.
  const people = Math.floor(Math.min(filled, most) + 1e-9);
  // The part of a person beyond `most` stays, or a slow rate would lose some of it with each person.
  const tokens = Math.min(1, Math.max(0, filled - people));
  return { people, bucket: { at: Math.max(now, before.at), tokens } };
}

/** What may stand unused: a second's worth, and at least one person, or no rate under one a second would ever serve. */
export function secondsWorth(perMinute: number): number {
  return Math.max(1, perMinute / 60);
}
