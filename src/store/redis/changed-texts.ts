/** Reads the texts of a hash that a process does not have yet. */
import type { ReadChanged } from '#waiting-room/ports/followed-texts.ts';
import { keyScripts } from './key-scripts.ts';
import type { Run } from './script.ts';

/** In bytes: to compare a shorter text costs Redis more than to send it. */
const SHORT = 4096;

export function createChangedTexts(run: Run, hash: string): ReadChanged {
  return async (known, only = []) => {
    const long = [...known].filter(([, { length }]) => length >= SHORT / 4);
    const revisions = long.flatMap(([id, { revision }]) => [id, revision]);
    const found = await run(keyScripts.changedTexts, [hash], only.length, SHORT, ...only, ...revisions);
    const entries = Array.from({ length: found.length / 2 }, (_, n) => found.slice(2 * n) as [string, string]);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      ids: entries.map(([id]) => id),
      texts: new Map(entries.filter(([, text]) => text !== '')),
    };
  };
}
