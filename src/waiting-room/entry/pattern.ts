/** Patterns of rules: `*` stands for any characters, also none; everything else for itself. */
import { memoizeRecent } from '../memoize-recent.ts';

/** Patterns that a process keeps split, at least: all of the rooms' rules. */
const KEPT = 2000;
const parts = memoizeRecent((pattern) => pattern.split('*'), KEPT);

/** Takes time in proportion to the value's length for each part: no pattern makes it backtrack. */
export function matchesPattern(pattern: string, value: string): boolean {
  const [first = '', ...others] = parts.get(pattern) ?? [];
  const last = others.pop();
  if (last === undefined) return value === first;
  if (!value.startsWith(first) || value.length < first.length + last.length || !value.endsWith(last)) return false;
  const end = value.length - last.length;
  let at = first.length;
  for (const part of others) {
    const found = value.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** Whether every value of `narrow` is one of `wide`: read as text, its stars can only be met by those of `wide`. */
export function coversPattern(wide: string, narrow: string): boolean {
  return matchesPattern(wide, narrow);
}
