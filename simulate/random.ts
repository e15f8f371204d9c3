/** Reproducible random numbers: sfc32 (C. Doty-Humphrey's PractRand), and distributions on top of it. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  chance(share: number): boolean;
  /** Log-normal, by its median and its 95th percentile. */
  logNormal(median: number, p95: number): number;
  exponential(mean: number): number;
  poisson(mean: number): number;
}

/** Above this mean, a normal distribution approximates Poisson's closely enough. */
const MANY = 50;
/** The 95th percentile of the standard normal distribution. */
const Z95 = 1.6448536269514722;

/** Streams of one seed are independent: draws from one do not change another. */
export function createRandom(seed: number, stream = 0): Random {
  let [a, b, c, counter] = [(0x9e3779b9 + stream) | 0, seed | 0, Math.floor(seed / 2 ** 32) | 0, 1];

  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }
  for (let n = 0; n < 16; n++) next();

  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

  return {
    next,
    chance: (share) => next() < share,
    logNormal: (median, p95) => median * Math.exp((Math.log(p95 / median) / Z95) * normal()),
    exponential: (mean) => -Math.log(1 - next()) * mean,
    poisson(mean) {
      if (mean <= 0) return 0;
      if (mean > MANY) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
      const limit = Math.exp(-mean);
      let count = 0;
      for (let product = next(); product > limit; product *= next()) count += 1;
      return count;
    },
  };
}
