/** Numbers of which many follow each other closely, as bits: Redis takes a byte of them in the time of one number. */

/** A number's bit is in the byte `number / 8`, the most significant first. */
export interface Stretch {
  /** The first byte. */
  readonly at: number;
  /** Bits of proven numbers, and of the others, in as many bytes. */
  readonly proven: Buffer;
  readonly others: Buffer;
}

export interface Stretched {
  readonly stretches: readonly Stretch[];
  /** The numbers outside of them, in ascending order. */
  readonly proven: readonly number[];
  readonly others: readonly number[];
}

/** A stretch has so many numbers at least, and bytes at most, and no two bytes without a number in a row. */
const FEWEST = 8;
const LONGEST = 1000;
const APART = 2;

/** Leaves out what is no number of a line. */
export function stretched(numbers: readonly number[], isProven: ReadonlySet<number>): Stretched {
  const sorted = [...new Set(numbers)].filter((number) => number >= 1).sort((a, b) => a - b);
  const stretches: Stretch[] = [];
  const few: number[] = [];
  for (let from = 0; from < sorted.length; ) {
    const to = endOf(sorted, from);
    const run = sorted.slice(from, to);
    if (run.length < FEWEST) few.push(...run);
    else stretches.push(stretchOf(run, isProven));
    from = to;
  }
  return {
    stretches,
    proven: few.filter((number) => isProven.has(number)),
    others: few.filter((number) => !isProven.has(number)),
  };
}

const byteOf = (number = 0) => Math.floor(number / 8);

/** Where the run that begins at an index ends. */
function endOf(sorted: readonly number[], from: number): number {
  const first = byteOf(sorted[from]);
  let to = from + 1;
  while (to < sorted.length) {
    const at = byteOf(sorted[to]);
    if (at - byteOf(sorted[to - 1]) > APART || at - first >= LONGEST) break;
    to += 1;
  }
  return to;
}

function stretchOf(run: readonly number[], isProven: ReadonlySet<number>): Stretch {
  const at = byteOf(run[0]);
  const length = byteOf(run.at(-1)) - at + 1;
  const [proven, others] = [Buffer.alloc(length), Buffer.alloc(length)];
  for (const number of run) {
    const bits = isProven.has(number) ? proven : others;
    const index = byteOf(number) - at;
    bits[index] = (bits[index] ?? 0) | (0x80 >> (number % 8));
  }
  return { at, proven, others };
}
