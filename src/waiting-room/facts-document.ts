import { supportCodeOf, unservedFacts, waitOf } from './facts.ts';
import type { Snapshot } from './snapshots.ts';
import type { Ticket } from './ticket.ts';

/** The text around a visitor's number, people ahead and estimate: the same for all visitors of a snapshot. */
type Frame = readonly [before: string, between: string, after: string];

/** By whether the visitor is proven. */
const frames = { true: new WeakMap<Snapshot, Frame>(), false: new WeakMap<Snapshot, Frame>() };

/** {@link unservedFacts} as a JSON document. Most of its text is made once a snapshot, because nearly all polls get it. */
export function unservedDocument(snapshot: Snapshot, ticket: Ticket): string {
  const [before, between, after] = frameOf(snapshot, ticket);
  const ahead = snapshot.ahead(ticket.number);
  const wait = waitOf(snapshot, ahead);
  const estimate = wait ? `{"low":${wait.low},"high":${wait.high}}` : 'null';
  const code = supportCodeOf(snapshot, ticket);
  const atNumber = code === undefined ? `${ticket.number}` : `${ticket.number},"support_code":"${code}"`;
  const atJoin = ticket.aheadAtJoin ? `,"people_ahead_at_join":${ticket.aheadAtJoin}` : '';
  return `${before}${atNumber}${between}${ahead},"estimated_wait":${estimate}${after}${atJoin}}`;
}

function frameOf(snapshot: Snapshot, ticket: Ticket): Frame {
  const known = frames[`${ticket.standing === 'proven'}`].get(snapshot);
  if (known) return known;
  const facts = unservedFacts(snapshot, ticket);
  const {
    state,
    room,
    number: _,
    support_code: _____,
    serving,
    people_ahead: __,
    estimated_wait: ___,
    people_ahead_at_join: ____,
    ...rest
  } = facts;
  const frame: Frame = [
    `${JSON.stringify({ state, room }).slice(0, -1)},"number":`,
    `,"serving":${serving},"people_ahead":`,
    `,${JSON.stringify(rest).slice(1, -1)}`,
  ];
  frames[`${ticket.standing === 'proven'}`].set(snapshot, frame);
  return frame;
}
