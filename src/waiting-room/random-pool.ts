import { randomBytes } from 'node:crypto';

/**
 * A source of random values of `length` bytes. It draws `count` of them at a time, because a call to the system's
 * generator costs more than the bytes. No byte is given twice.
 */
export function randomPool(length: number, count: number): () => Buffer {
  let pool = Buffer.alloc(0);
  return () => {
    if (pool.length < length) pool = randomBytes(length * count);
    const value = pool.subarray(0, length);
    pool = pool.subarray(length);
    return value;
  };
}
