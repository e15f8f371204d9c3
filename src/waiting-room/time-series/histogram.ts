/** Durations counted in buckets that grow by a fifth each: bounded, nothing per person, percentiles within a tenth. */

/** By bucket. Bucket 0 is below a second; bucket n begins at {@link GROWTH} to the power of n − 1 seconds. */
export type Histogram = ReadonlyMap<number, number>;

const GROWTH = 1.2;
/** Begins at more than a week. */
export const LAST_BUCKET = 74;

export function bucketOf(seconds: number): number {
  if (!(seconds >= 1)) return 0;
  return Math.min(LAST_BUCKET, 1 + Math.floor(Math.log(seconds) / Math.log(GROWTH)));
}

/** The middle of a bucket, in seconds. */
const middleOf = (bucket: number) => (bucket === 0 ? 0 : Math.round(GROWTH ** (bucket - 0.5)));

/** The duration that so large a share stays within, in seconds; null where nothing was counted. */
export function percentile(histogram: Histogram, share: number): number | null {
  const buckets = [...histogram].sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.max(1, Math.ceil(total * share));
  for (const [bucket, count] of buckets) {
    left -= count;
    if (left <= 0) return middleOf(bucket);
  }
  return null;
}

export function sumOf(histograms: readonly Histogram[]): Histogram {
  const sum = new Map<number, number>();
  for (const histogram of histograms) {
    for (const [bucket, count] of histogram) sum.set(bucket, (sum.get(bucket) ?? 0) + count);
  }
  return sum;
}

/** As `bucket:count bucket:count …`. */
export function formatHistogram(histogram: Histogram): string {
  return [...histogram].map(([bucket, count]) => `${bucket}:${count}`).join(' ');
}

export function parseHistogram(text: string): Histogram {
  const pairs = text === '' ? [] : text.split(' ').map((pair) => pair.split(':').map(Number));
  return new Map(pairs.map(([bucket = 0, count = 0]) => [bucket, count]));
}
