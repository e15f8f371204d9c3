/** The scripts of joins: what they take, and what their replies mean. A join has a name (join.ts). */
import { createHash } from 'node:crypto';
import type { Discarded } from '#waiting-room/line/discard.ts';
import type { Entrant, Joined } from '#waiting-room/line/joins.ts';
import { type LineScript, libsOf, lineScript } from './line-script.ts';
import * as replies from './replies.ts';
import type { Argument } from './script.ts';

/** Names a join, so that its process can ask later what became of it. */
export interface JoinName {
  /** Random. */
  readonly process: string;
  /** Which of the process's joins it is, from 1. */
  readonly join: number;
}

/** The field of a line's hash with the last join of a process. Others may share it, so a line has at most 256 of them. */
const joinedField = (process: string) => `joined:${createHash('sha256').update(process).digest()[0]}`;

/** The unproven of a batch, by index from 0: of each address, and without one. */
function unprovenIn(entrants: readonly Entrant[]) {
  const byAddress = new Map<string, number[]>();
  const unlimited: number[] = [];
  for (const [index, { proven, address }] of entrants.entries()) {
    if (proven) continue;
    if (!address) unlimited.push(index);
    else if (byAddress.has(address)) byAddress.get(address)?.push(index);
    else byAddress.set(address, [index]);
  }
  return { byAddress, unlimited };
}

const listOf = (indexes: readonly number[]) => indexes.map((index) => index + 1).join(',');

/** What the entrants of a batch have shown, as join.lua takes it. */
function shownBy(entrants: readonly Entrant[]): Argument[] {
  const { byAddress, unlimited } = unprovenIn(entrants);
  return [
    entrants.map(({ proven }) => (proven ? 1 : 0)).join(''),
    byAddress.size,
    ...[...byAddress].flatMap(([address, indexes]) => [address, listOf(indexes)]),
    listOf(unlimited),
  ];
}

/** Who is proven or within the budget. `granted` has how many of each address, and last whether there is a budget. */
function grantedTo(entrants: readonly Entrant[], granted: readonly number[]): boolean[] {
  const { byAddress, unlimited } = unprovenIn(entrants);
  const within = entrants.map(({ proven }) => proven === true);
  for (const [n, indexes] of [...byAddress.values()].entries()) {
    for (const index of indexes.slice(0, granted[n])) within[index] = true;
  }
  if (granted.at(-1) === 1) for (const index of unlimited) within[index] = true;
  return within;
}

/** Null where the room is closed. */
export const joinScript: LineScript<JoinName & { readonly entrants: readonly Entrant[] }, readonly Joined[] | null> = {
  ...lineScript(
    'join',
    ({ entrants, process, join }, now) => [
      now,
      entrants.length,
      process,
      join,
      ...shownBy(entrants),
      ...entrants.map(({ visitor, claim, confirmed }) => `${claim ? 1 : 0}${confirmed ? 1 : 0}${visitor}`),
    ],
    ({ tag, rest }, { entrants }) => {
      const joined = replies.joined(
        tag,
        rest,
        entrants.map(({ visitor }) => visitor),
      );
      if (!joined) return null;
      const granted = replies.list(rest[tag === 'entered' ? 4 : 3]).map(replies.integer);
      if (granted.length === 0) return joined;
      const within = grantedTo(entrants, granted);
      return joined.map((each, index) => ({ ...each, budgeted: within[index] === true }));
    },
    { libs: libsOf('admissions', 'budget', 'last-join') },
  ),
  ownField: ({ process }) => joinedField(process),
};

/** What a join issued that its process gave up; null where it has not come, and then it never issues anything. */
export const giveUpJoinScript: LineScript<JoinName, Omit<Discarded, 'visitors'> | null> = {
  ...lineScript(
    'give-up-join',
    ({ process, join }) => [process, join],
    ({ tag, rest }) => (tag === 'none' ? null : replies.issued(rest)),
    { libs: ['line', 'last-join'] },
  ),
  ownField: ({ process }) => joinedField(process),
};
