/**
 * A hash that Redis may lose alone, by eviction or an operator's DEL, and its copy beside it, which brings it back. What
 * an earlier version writes gets into the copy when this one lists the hash.
 */
import { performance } from 'node:perf_hooks';
import type { TextTable } from '#waiting-room/ports/settings-of-texts.ts';
import { keyScripts } from './key-scripts.ts';
import { copyKey } from './keys.ts';
import type { Run } from './script.ts';

/** How often a list brings the copy up to date, in ms. */
const LISTS = 10_000;
/** How often a field that is missing has the hash looked at, in ms: anybody may ask for fields that never were. */
const MISSES = 1000;

export function createCopiedHash(hash: TextTable, name: string, run: Run): TextTable {
  const keys = [name, copyKey(name)];
  let copiedAt = Number.NEGATIVE_INFINITY;
  let missedAt = Number.NEGATIVE_INFINITY;

  /** Whether the hash was lost, and is back. */
  async function keepCopy(): Promise<boolean> {
    const at = performance.now();
    const isBack = await run(keyScripts.keepCopy, keys);
    copiedAt = at;
    return isBack;
  }

  async function isBack(): Promise<boolean> {
    const at = performance.now();
    if (at - missedAt < MISSES) return false;
    if (await keepCopy()) return true;
    missedAt = at;
    return false;
  }

  return {
    async all() {
      const found = await hash.all();
      if (found.length === 0) return (await isBack()) ? hash.all() : found;
      if (performance.now() - copiedAt >= LISTS) await keepCopy();
      return found;
    },
    text: async (id) => (await hash.text(id)) ?? ((await isBack()) ? hash.text(id) : null),
    async put(id, text, expected) {
      await keepCopy();
      const revision = await hash.put(id, text, expected);
      await keepCopy();
      return revision;
    },
    async remove(id, expected) {
      await keepCopy();
      return run(keyScripts.removeCopied, keys, id, ...(expected === undefined ? [] : [expected]));
    },
  };
}
