import { type DrawnNumbers, type DrawResults, drawnNumber } from './draw-result.ts';
import type { Snapshot } from './snapshots.ts';
import type { Ticket } from './ticket.ts';

/** What a ticket is worth in the line as it is. */
export type Standing =
  /** It carries a number, its own or the one that was drawn. */
  | { readonly kind: 'numbered'; readonly ticket: Ticket }
  /** It waits for the draw. */
  | { readonly kind: 'entrant' }
  /** Its holder was away at the draw, and is behind those who were there. */
  | { readonly kind: 'latecomer' }
  /** It is of an older generation. */
  | { readonly kind: 'stale' };

/** Where a ticket stands, at once where it carries a number or its draw is known here. */
export function standingOf(snapshot: Snapshot, ticket: Ticket, draws: DrawResults): Standing | Promise<Standing> {
  const { generation } = snapshot.view;
  if (ticket.generation < generation) return { kind: 'stale' };
  if (ticket.number > 0 || !ticket.entry) return { kind: 'numbered', ticket };
  const { draw, index } = ticket.entry;
  // A generation or draw that the snapshot does not know yet has only just begun.
  const done = ticket.generation === generation && snapshot.view.draws[draw - 1]?.drawnAt != null;
  if (!done) return { kind: 'entrant' };

  const { room } = ticket;
  const withNumber = (drawn: DrawnNumbers): Standing => {
    const number = drawnNumber(drawn, index);
    // The entry stays on the ticket, so that its holder can check the draw.
    return number === null ? { kind: 'latecomer' } : { kind: 'numbered', ticket: { ...ticket, number } };
  };
  const known = draws.cached(room, ticket.generation, draw);
  if (known) return withNumber(known);
  return draws
    .get(room, ticket.generation, draw)
    .then((fetched) => (fetched ? withNumber(fetched) : { kind: 'stale' }));
}
