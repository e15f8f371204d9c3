/** The record of allotments as a text: a note of a line. */
import type { SharedSize } from '../line-rules.ts';
import { NO_PLACES } from '../line-rules.ts';
import type { Allotment, Allotments } from './allotments.ts';

/** Its JSON is stored, so its form is for ever. A size of null is no limit. */
type Written = Readonly<Record<string, readonly [size: number | null, version: number]>>;

export function writeRecord(allotments: Allotments): string {
  const entries = Object.entries(allotments).map(([id, { size, version }]) => [
    id,
    [Number.isFinite(size) ? size : null, version],
  ]);
  return JSON.stringify(Object.fromEntries(entries) satisfies Written);
}

/** Null where there is none. */
export function readRecord(note: string): Allotments | null {
  if (note === '') return null;
  const entries = Object.entries(JSON.parse(note) as Written);
  return Object.fromEntries(
    entries.map(([id, [size, version]]) => [id, { size: size ?? Number.POSITIVE_INFINITY, version }]),
  );
}

/** An allotment as the rules of a line have it, and back. */
export function sharedSizeOf({ size, version }: Allotment): SharedSize {
  if (!Number.isFinite(size)) return { size: 0, sizeVersion: version };
  return { size: size === 0 ? NO_PLACES : size, sizeVersion: version };
}

export function allotmentOf({ size, sizeVersion }: Required<SharedSize> & { readonly sizeVersion: number }): Allotment {
  return { size: size === 0 ? Number.POSITIVE_INFINITY : Math.max(0, size), version: sizeVersion };
}
