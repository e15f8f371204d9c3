/**
 * Divides whole places, or turns, among those who share them. Each gets its share first, as far as it can use it. What
 * one cannot use goes to the others, by their shares.
 */

/** One of those who share. All but the share are whole numbers, and `least` ≤ `wants` ≤ `most`. */
export interface Sharer {
  /** Its share, from 0 to 1, relative to the shares of the others. */
  readonly share: number;
  /** What it has in use: it gets no less. */
  readonly least: number;
  /** What it can use now. */
  readonly wants: number;
  /** It gets no more. Unlimited by default. */
  readonly most?: number | undefined;
}

interface Bounds {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Makes up for rounding: 0.29 of 100 is 29. */
const ROUNDING = 1e-6;

const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);

/**
 * What each sharer gets of `total`, together no more than `total`. Each gets what it wants, and at least the whole part
 * of its share unless it wants less. What nobody wants is divided by the shares too. Where even the least of all is more
 * than `total`, each gets a part of its least. A place that is left by rounding goes to the first that can take it.
 */
export function divide(total: number, sharers: readonly Sharer[]): number[] {
  const mosts = sharers.map(({ most = Number.POSITIVE_INFINITY }) => most);
  if (total === Number.POSITIVE_INFINITY) return mosts;
  const leasts = sharers.map(({ least }) => least);
  if (sum(leasts) > total) return between(total, sharers, [], leasts);
  const wanted = between(total, sharers, leasts, wantsOf(sharers));
  return between(total, sharers, wanted, mosts);
}

const wantsOf = (sharers: readonly Sharer[]) => sharers.map(({ wants }) => wants);

/** The parts of `total` that each would get of what it wants, if parts need not be whole. Less than all want. */
export function exactParts(total: number, sharers: readonly Sharer[]): number[] {
  const leasts = sharers.map(({ least }) => least);
  return between(total, sharers, leasts, wantsOf(sharers), exact);
}

/** Parts of `total` between `lows` and `highs`. Sharers without a share come last. */
function between(
  total: number,
  sharers: readonly Sharer[],
  lows: readonly number[],
  highs: readonly number[],
  part: (total: number, bounds: readonly Bounds[]) => number[] = whole,
): number[] {
  const bounds = sharers.map(({ share }, i) => ({ share, low: lows[i] ?? 0, high: highs[i] ?? 0 }));
  const shared = bounds.map((each) => (each.share > 0 ? each : { share: 1, low: each.low, high: each.low }));
  const first = part(total, shared);
  if (bounds.every(({ share }) => share > 0)) return first;
  return part(
    total,
    bounds.map((each, i) => {
      const low = first[i] ?? 0;
      return { share: 1, low, high: each.share > 0 ? low : each.high };
    }),
  );
}

function exact(total: number, bounds: readonly Bounds[]): number[] {
  const level = levelFor(Math.min(total, sum(bounds.map(({ high }) => high))), bounds);
  return bounds.map((each) => partAt(level, each));
}

function whole(total: number, bounds: readonly Bounds[]): number[] {
  const goal = Math.min(total, sum(bounds.map(({ high }) => high)));
  const level = levelFor(goal, bounds);
  const parts = bounds.map((each) => Math.floor(partAt(level, each) + ROUNDING));
  let left = goal - sum(parts);
  return bounds.map(({ high }, i) => {
    const part = parts[i] ?? 0;
    const more = Math.min(left, high - part);
    left -= more;
    return part + more;
  });
}

/** What one gets where the others with the same share get `level` of it. */
const partAt = (level: number, { share, low, high }: Bounds) => Math.min(high, Math.max(low, level * share));

/** The level at which the parts are `goal` together. Between two points at which a part begins or ends to grow, their sum is a line. */
function levelFor(goal: number, bounds: readonly Bounds[]): number {
  const points = bounds.flatMap(({ share, low, high }) => [low / share, high / share]).filter(Number.isFinite);
  let reached = 0;
  for (const point of points.sort((one, other) => one - other)) {
    if (sum(bounds.map((each) => partAt(point, each))) > goal) break;
    reached = point;
  }
  const growing = bounds.filter(({ share, low, high }) => low / share <= reached && reached < high / share);
  const missing = goal - sum(bounds.map((each) => partAt(reached, each)));
  return growing.length === 0 ? reached : reached + missing / sum(growing.map(({ share }) => share));
}
