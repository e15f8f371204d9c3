import { createHash } from 'node:crypto';

/**
 * Identifies what is stored under an id: a hash of the stored text. A version of the service that knows no revisions
 * may write beside this one, and each of its changes is a new revision too.
 */
export type Revision = string;

/** A stored value with its revision. */
export interface Stored<T> {
  readonly value: T;
  readonly revision: Revision;
}

/** SHA-1, because it is what a Redis script can compute (`redis.sha1hex`). */
export function revisionOf(text: string): Revision {
  return createHash('sha1').update(text).digest('hex');
}

/** Reads a stored JSON text. */
export function stored<T>(text: string): Stored<T> {
  return { value: JSON.parse(text) as T, revision: revisionOf(text) };
}
