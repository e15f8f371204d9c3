import type { DatabaseSync } from 'node:sqlite';

/** How often what has expired is deleted, in milliseconds; until then it only takes up room. */
const EVERY = 60_000;

/** Deletes what has expired, inside the open transaction, when it was not done for a while. */
export function createSweep(database: DatabaseSync, now: () => number): () => void {
  const deletions = ['leases', 'remembered', 'oidc', 'issued_tokens', 'arrivals'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE expires <= ?`),
  );
  let due = now();
  return () => {
    const at = now();
    if (at < due) return;
    due = at + EVERY;
    for (const deletion of deletions) deletion.run(at);
  };
}
