const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0;
  for (let rest = byte; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
});

/** The bytes four at a time, as far as they are whole words of their buffer; null where they begin within one. */
function wordsOf(bytes: Uint8Array): Int32Array | null {
  return bytes.byteOffset % 4 === 0 ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2) : null;
}

/** How many bits of a word are set. */
function onesOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** How many bits are set in the bytes from `from` to before `to`. */
function countOnes(bytes: Uint8Array, from: number, to: number): number {
  let [ones, at] = [0, from];
  const words = to - from < WORTH_WORDS ? null : wordsOf(bytes);
  if (words) {
    for (; at % 4 !== 0; at++) ones += ONES[bytes[at] ?? 0] ?? 0;
    for (; at + 4 <= to; at += 4) ones += onesOf(words[at >> 2] ?? 0);
  }
  for (; at < to; at++) ones += ONES[bytes[at] ?? 0] ?? 0;
  return ones;
}

/** How many bits are set in both, in the bytes from `from` to before `to`. */
function countCommonOnes(bytes: Uint8Array, others: Uint8Array, from: number, to: number): number {
  let [ones, at] = [0, from];
  const isLong = to - from >= WORTH_WORDS;
  const [words, otherWords] = isLong ? [wordsOf(bytes), wordsOf(others)] : [null, null];
  if (words && otherWords) {
    for (; at % 4 !== 0; at++) ones += ONES[(bytes[at] ?? 0) & (others[at] ?? 0)] ?? 0;
    for (; at + 4 <= to; at += 4) ones += onesOf((words[at >> 2] ?? 0) & (otherWords[at >> 2] ?? 0));
  }
  for (; at < to; at++) ones += ONES[(bytes[at] ?? 0) & (others[at] ?? 0)] ?? 0;
  return ones;
}

/** The last of the zero bytes that begin at `at`, or one before that. */
function lastOfZeros(bytes: Uint8Array, at: number): number {
  if (at % 4 !== 0 || bytes.length - at < WORTH_WORDS) return at;
  const words = wordsOf(bytes);
  if (!words) return at;
  let word = at >> 2;
  while (words[word] === 0) word += 1;
  return Math.max(at, word * 4 - 1);
}

/** A view of words costs as much as some dozens of bytes. */
const WORTH_WORDS = 64;

const bitOf = (n: number) => 0x80 >> (n & 7);

/**
 * A set of small non-negative integers, one bit each, most significant bit first within a byte, as Redis has it.
 * It grows as needed; what was never added is absent.
 */
export class Bits {
  /** To be read only: what changes them is here. */
  bytes: Uint8Array;
  /** All bytes before this one are zero. */
  #first = 0;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.bytes = bytes;
  }

  has(n: number): boolean {
    return ((this.bytes[n >> 3] ?? 0) & bitOf(n)) !== 0;
  }

  add(n: number): void {
    const at = n >> 3;
    if (at >= this.bytes.length) this.#grow(at + 1);
    if (at < this.#first) this.#first = at;
    this.bytes[at] = (this.bytes[at] ?? 0) | bitOf(n);
  }

  delete(n: number): void {
    const at = n >> 3;
    if (at < this.bytes.length) this.bytes[at] = (this.bytes[at] ?? 0) & ~bitOf(n);
  }

  /** How many there are from `from` to `to`, both included. */
  count(from: number, to: number): number {
    const [first, last] = [from >> 3, Math.min(to >> 3, this.bytes.length - 1)];
    if (last < first) return 0;
    let ones = ONES[this.#masked(first, from, to)] ?? 0;
    if (last > first) ones += ONES[this.#masked(last, from, to)] ?? 0;
    return ones + countOnes(this.bytes, first + 1, last);
  }

  /** How many of them another set has too. */
  countCommon(other: Bits, from: number, to: number): number {
    const [first, last] = [from >> 3, Math.min(to >> 3, this.bytes.length - 1, other.bytes.length - 1)];
    if (last < first) return 0;
    const common = (at: number) => ONES[this.#masked(at, from, to) & (other.bytes[at] ?? 0)] ?? 0;
    const ends = common(first) + (last > first ? common(last) : 0);
    return ends + countCommonOnes(this.bytes, other.bytes, first + 1, last);
  }

  /** Those from `from` to `to`, in order. */
  *between(from: number, to: number): Generator<number> {
    const last = Math.min(to, this.bytes.length * 8 - 1);
    for (let n = from; n <= last; n++) {
      if ((n & 7) === 0 && this.bytes[n >> 3] === 0) n += 7;
      else if (this.has(n)) yield n;
    }
  }

  /**
   * The `k`th (from 1) at or after `from`, or -1 when there are fewer. With `others`, of those that it has too, or of
   * those that it has not.
   */
  nth(k: number, from: number, others?: { readonly set: Bits; readonly isCommon: boolean }): number {
    let left = k;
    const start = from >> 3;
    const end = others?.isCommon ? Math.min(this.bytes.length, others.set.bytes.length) : this.bytes.length;
    let hasFound = start > this.#first;
    for (let at = Math.max(start, this.#first); at < end; at++) {
      if (this.bytes[at] === 0) {
        at = lastOfZeros(this.bytes, at);
        continue;
      }
      if (!hasFound) this.#first = at;
      hasFound = true;
      let byte = this.#masked(at, from, Number.MAX_SAFE_INTEGER);
      if (others) byte &= (others.set.bytes[at] ?? 0) ^ (others.isCommon ? 0 : 0xff);
      const ones = ONES[byte] ?? 0;
      if (ones < left) {
        left -= ones;
        continue;
      }
      for (let bit = 0; bit < 8; bit++) {
        if (byte & (0x80 >> bit) && --left === 0) return at * 8 + bit;
      }
    }
    return -1;
  }

  /** Adds all that `other` has from `from` to `to`. */
  addAll(other: Bits, from = 0, to = other.bytes.length * 8 - 1): void {
    if (other.bytes.length > this.bytes.length) this.#grow(other.bytes.length);
    this.#first = Math.min(this.#first, from >> 3);
    other.#eachByte(from, to, (byte, at) => {
      this.bytes[at] = (this.bytes[at] ?? 0) | byte;
    });
  }

  /** Removes all that `other` has. */
  deleteAll(other: Bits): void {
    const last = Math.min(this.bytes.length, other.bytes.length);
    for (let at = 0; at < last; at++) this.bytes[at] = (this.bytes[at] ?? 0) & ~(other.bytes[at] ?? 0);
  }

  /** Adds all from `from` to `to`. */
  addRange(from: number, to: number): void {
    if (to < from) return;
    if (to >> 3 >= this.bytes.length) this.#grow((to >> 3) + 1);
    this.#first = Math.min(this.#first, from >> 3);
    const [whole, end] = [(from + 7) >> 3, (to + 1) >> 3];
    if (whole < end) this.bytes.fill(0xff, whole, end);
    for (let n = from; n <= to && n < whole * 8; n++) this.add(n);
    for (let n = Math.max(from, end * 8); n <= to; n++) this.add(n);
  }

  /** Removes all from `from` to `to`. */
  clear(from: number, to: number): void {
    this.#eachByte(from, to, (byte, at) => {
      this.bytes[at] = (this.bytes[at] ?? 0) & ~byte;
    });
  }

  /** The bytes that hold `from` to `to`. The first bit is number `from & ~7`. */
  slice(from: number, to: number): Uint8Array {
    return this.bytes.slice(from >> 3, (to >> 3) + 1);
  }

  #eachByte(from: number, to: number, visit: (byte: number, at: number) => void): void {
    const last = Math.min(to >> 3, this.bytes.length - 1);
    for (let at = from >> 3; at <= last; at++) visit(this.#masked(at, from, to), at);
  }

  #masked(at: number, from: number, to: number): number {
    let byte = this.bytes[at] ?? 0;
    if (at === from >> 3) byte &= 0xff >> (from & 7);
    if (at * 8 + 7 > to) byte &= 0xff << (at * 8 + 7 - to);
    return byte & 0xff;
  }

  #grow(atLeast: number): void {
    const bytes = new Uint8Array(Math.max(64, atLeast, this.bytes.length * 2));
    bytes.set(this.bytes);
    this.bytes = bytes;
  }
}
