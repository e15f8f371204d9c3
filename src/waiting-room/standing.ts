import { type DrawnNumbers, type DrawResults, drawnNumber } from './draw-result.ts';
import { lineOf } from './lanes.ts';
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

/**
 * Not a promise if the ticket has a number or this process knows the draw.
 *
 * @param snapshot that of the ticket's lane.
 */
export function standingOf(snapshot: Snapshot, ticket: Ticket, draws: DrawResults): Standing | Promise<Standing> {
  const { incarnation, generation } = snapshot.view;
  const isOfThisLine = ticket.incarnation === incarnation;
  if (isOfThisLine && ticket.generation < generation) return { kind: 'stale' };
  if (ticket.number > 0 || !ticket.entry) return { kind: 'numbered', ticket };
  if (!isOfThisLine) return { kind: 'stale' };
  const { draw, index } = ticket.entry;
  // A generation or draw that is newer than the snapshot has only just begun.
  const drawnAt = ticket.generation === generation ? snapshot.view.draws[draw - 1]?.drawnAt : null;
  if (drawnAt == null) return { kind: 'entrant' };

  const line = lineOf(ticket);
  const withNumber = (drawn: DrawnNumbers): Standing => {
    const number = drawnNumber(drawn, index);
    // The entry stays on the ticket, so that its holder can verify the draw.
    return number === null
      ? { kind: 'latecomer' }
      : { kind: 'numbered', ticket: { ...ticket, number, aheadAtJoin: number - 1 - drawn.base } };
  };
  const done = { incarnation, generation, draw, drawnAt };
  const known = draws.cached(line, done);
  if (known) return withNumber(known);
  // A line that lost the draw gets it back from a process that saw it.
  return draws.get(line, done).then((fetched) => (fetched ? withNumber(fetched) : { kind: 'entrant' }));
}
