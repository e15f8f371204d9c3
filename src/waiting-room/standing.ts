import { type DrawnNumbers, type DrawResults, drawnNumber } from './draw-result.ts';
import type { Snapshot } from './snapshots.ts';
import type { Ticket } from './ticket.ts';

/** How a ticket stands in the current line. */
export type Standing =
  /** It has a number: its own, or the one that was drawn for it. */
  | { readonly kind: 'numbered'; readonly ticket: Ticket }
  /** It waits for the draw. */
  | { readonly kind: 'entrant' }
  /** Its holder was absent at the draw and has to join behind the others. */
  | { readonly kind: 'latecomer' }
  /** It is of an older generation. */
  | { readonly kind: 'stale' };

/** Not a promise if the ticket has a number or this process knows the draw. */
export function standingOf(snapshot: Snapshot, ticket: Ticket, draws: DrawResults): Standing | Promise<Standing> {
  const { incarnation, generation } = snapshot.view;
  const isOfThisLine = ticket.incarnation === incarnation;
  if (isOfThisLine && ticket.generation < generation) return { kind: 'stale' };
  if (ticket.number > 0 || !ticket.entry) return { kind: 'numbered', ticket };
  if (!isOfThisLine) return { kind: 'stale' };
  const { draw, index } = ticket.entry;
  // A generation or draw that is newer than the snapshot has only just begun.
  const done = ticket.generation === generation && snapshot.view.draws[draw - 1]?.drawnAt != null;
  if (!done) return { kind: 'entrant' };

  const { room } = ticket;
  const withNumber = (drawn: DrawnNumbers): Standing => {
    const number = drawnNumber(drawn, index);
    // The entry stays on the ticket, so that its holder can verify the draw.
    return number === null ? { kind: 'latecomer' } : { kind: 'numbered', ticket: { ...ticket, number } };
  };
  const known = draws.cached(room, { incarnation, generation, draw });
  if (known) return withNumber(known);
  return draws
    .get(room, { incarnation, generation, draw })
    .then((fetched) => (fetched ? withNumber(fetched) : { kind: 'stale' }));
}
