/**
 * Merges settings three ways, as `kubectl apply` does: what was applied last, what is live, and what the file says now.
 * A value applies where it is new or has changed in the file; otherwise the live value stays. Values are JSON.
 */
import { isSameJson } from '#waiting-room/same-json.ts';

export type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

export interface ThreeWays {
  /** What the file said when it was last applied; undefined where it said nothing. */
  readonly last: Json;
  readonly live: Json;
  readonly file: Json;
}

export const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Objects are merged to their leaves, and a list is a leaf. With `depth` only so many levels are: what is deeper is one
 * leaf. A value that the file no longer names is left out of the result, for its default, unless it was changed since.
 */
export function mergeThreeWays({ last, live, file }: ThreeWays, depth = Number.POSITIVE_INFINITY): Json {
  if (depth > 0 && isObject(live) && (isObject(file) || file === undefined) && (isObject(last) || last === undefined)) {
    const keys = new Set([live, last ?? {}, file ?? {}].flatMap((each) => Object.keys(each)));
    const merged = [...keys].map((key): [string, Json] => [
      key,
      mergeThreeWays({ last: last?.[key], live: live[key], file: file?.[key] }, depth - 1),
    ]);
    const kept = merged.filter(([, value]) => value !== undefined);
    return kept.length === 0 && file === undefined && last !== undefined ? undefined : Object.fromEntries(kept);
  }
  if (file === undefined) return last !== undefined && contains(live, last) ? undefined : live;
  return isSameJson(last, file) ? live : file;
}

/** The parts of `value` that `named` has too: a list as a whole. */
export function partsNamed(value: Json, named: Json): Json {
  if (!isObject(value) || !isObject(named)) return value;
  return Object.fromEntries(Object.keys(named).map((key) => [key, partsNamed(value[key], named[key])]));
}

/** Where a live value is not the one of the file. */
export interface Difference {
  readonly path: readonly string[];
  readonly live: Json;
  readonly file: Json;
}

/** The leaves of the file that differ. */
export function differences(live: Json, file: Json, path: readonly string[] = []): Difference[] {
  if (isObject(live) && isObject(file)) {
    return Object.keys(file).flatMap((key) => differences(live[key], file[key], [...path, key]));
  }
  return isSameJson(live, file) ? [] : [{ path, live, file }];
}

const contains = (live: Json, part: Json) => differences(live, part).length === 0;
