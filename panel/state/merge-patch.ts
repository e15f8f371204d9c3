/**
 * The merge patch (RFC 7396) that turns one value into another: what is no longer there is null. An array is replaced
 * whole.
 */
export function mergePatchOf(before: unknown, after: unknown): unknown {
  if (!isObject(before) || !isObject(after)) return after;
  const gone = Object.keys(before).filter((key) => after[key] === undefined);
  const changed = Object.entries(after).flatMap(([key, value]) =>
    JSON.stringify(before[key]) === JSON.stringify(value) ? [] : [[key, mergePatchOf(before[key], value)]],
  );
  return { ...Object.fromEntries(gone.map((key) => [key, null])), ...Object.fromEntries(changed) };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
