/** A token bucket whose tokens are people: filled evenly, never fuller than `most`. */
export interface Bucket {
  /** When it was filled last, in ms. */
  readonly at: number;
  /** What is in it, fractions of a person included. */
  readonly tokens: number;
}

/** A bucket filled further ahead than this is of a clock that has jumped back since, in ms. */
const AHEAD = 1000;

/** Fills the bucket up to `now` and takes all whole people out. A clock that jumps back fills nothing, and goes on. */
export function takeTokens(
  bucket: Bucket | null,
  perMinute: number,
  most: number,
  now: number,
): { readonly people: number; readonly bucket: Bucket } {
  const before = bucket && bucket.at <= now + AHEAD ? bucket : { at: now, tokens: 0 };
  const filled = before.tokens + (Math.max(0, now - before.at) * perMinute) / 60_000;
  const tokens = Math.min(filled, most);
  // The sum of many parts of a minute falls short of a whole person by rounding alone.
  const people = Math.floor(tokens + 1e-9);
  return { people, bucket: { at: Math.max(now, before.at), tokens: Math.max(0, tokens - people) } };
}

/** What may stand unused: a second's worth, and at least one person, or no rate under one a second would ever serve. */
export function secondsWorth(perMinute: number): number {
  return Math.max(1, perMinute / 60);
}
