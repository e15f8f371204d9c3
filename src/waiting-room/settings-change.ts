/** Changes of stored settings that lose no other change: compare-and-set, repeated until it succeeds. */
import type { Revision, Stored } from './ports/revision.ts';
import { isSameJson } from './same-json.ts';

/** Throws to refuse a change, given the revision that it would replace: null where there is none. */
export type Precondition = (current: Revision | null) => void;

export const unconditional: Precondition = () => undefined;

export interface Changed<T> {
  readonly before: T | null;
  /** Whether nothing was written, because the settings were the same already. */
  readonly isSame: boolean;
  readonly after: Stored<T>;
}

/** What a put did. */
export interface Put {
  readonly isNew: boolean;
  readonly revision: Revision;
}

interface Writable<T> {
  read(): Promise<Stored<T> | null>;
  /** Resolves to null, without a change, if another revision than expected is stored. */
  write(value: T, expected: Revision | null): Promise<Revision | null>;
}

/**
 * Reads, checks the precondition, and writes what `next` makes of the current value, until no other change comes in
 * between. The precondition holds at the moment of the write. Settings that are the same already are not written.
 */
export async function changeSettings<T>(
  { read, write }: Writable<T>,
  precondition: Precondition,
  next: (current: T | null) => T | Promise<T>,
): Promise<Changed<T>> {
  for (;;) {
    const current = await read();
    precondition(current?.revision ?? null);
    const value = await next(current?.value ?? null);
    if (current && isSameJson(current.value, value)) return { before: current.value, isSame: true, after: current };
    const revision = await write(value, current?.revision ?? null);
    if (revision !== null) return { before: current?.value ?? null, isSame: false, after: { value, revision } };
  }
}

interface Deletable {
  read(): Promise<Stored<unknown> | null>;
  /** Unconditional without an expected revision. */
  remove(expected?: Revision): Promise<boolean>;
}

/** Resolves to false if there is nothing to delete. */
export async function deleteSettings({ read, remove }: Deletable, precondition?: Precondition): Promise<boolean> {
  if (!precondition) return remove();
  for (;;) {
    const current = await read();
    precondition(current?.revision ?? null);
    if (!current) return false;
    if (await remove(current.revision)) return true;
  }
}
