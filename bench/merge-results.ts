import { readFile } from 'node:fs/promises';

/** What a results file holds: each benchmark with the machine and the date of its own run. */
export type Entry = { readonly name: string; readonly date?: unknown };
export type ResultsFile = { readonly benches: readonly Entry[] };

/** The results of former runs; none if there is no such file. */
export async function readResults(file: string): Promise<ResultsFile> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { benches: [] };
    throw error;
  }
}

/** Replaces the benchmarks that ran and keeps the others, so that a run of one does not erase the rest. */
export function mergeResults(before: ResultsFile, ran: readonly Entry[], order: readonly string[]): ResultsFile {
  const { benches, ...shared } = before;
  // Older files stated the machine and the date once, for all benchmarks.
  const kept = benches.map((entry) => ({ ...shared, ...entry }));
  const byName = new Map<string, Entry>([...kept, ...ran].map((entry) => [entry.name, entry]));
  return { benches: order.flatMap((name) => byName.get(name) ?? []) };
}
