import { type Snapshot, snapshotOfLane } from './snapshots.ts';
import type { Ticket } from './ticket.ts';

/**
 * Whether a snapshot shows that the visitor of a ticket waits: the number is of its line, issued, unserved, and present.
 * Somebody who left is not present, and no claim changes where this visitor stands.
 */
export function isKnownToWait(snapshot: Snapshot, ticket: Ticket): boolean {
  const line = snapshotOfLane(snapshot, ticket.lane);
  if (!line) return false;
  const { settings, view, ahead } = line;
  const { incarnation, generation, number, entry } = ticket;
  const { queue, serving } = view.counters;
  if (settings.mode !== 'queue' && settings.mode !== 'paused') return false;
  if (entry || incarnation !== view.incarnation || generation !== view.generation) return false;
  return number > serving && number <= queue && ahead(number + 1) > ahead(number);
}
