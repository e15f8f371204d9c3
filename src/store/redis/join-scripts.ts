/** The scripts of joins: what they take, and what their replies mean. A join has a name (join.ts). */
import { createHash } from 'node:crypto';
import { narrowOf, wideOf } from '#waiting-room/entry/address-key.ts';
import type { Discarded } from '#waiting-room/line/discard.ts';
import type { Entrant, Joined } from '#waiting-room/line/joins.ts';
import { type LineScript, libsOf, lineScript } from './line-script.ts';
import * as replies from './replies.ts';

/** Names a join, so that its process can ask later what became of it. */
export interface JoinName {
  /** Random. */
  readonly process: string;
  /** Which of the process's joins it is, from 1. */
  readonly join: number;
}

/** The field of a line's hash with the last join of a process. Others may share it, so a line has at most 256 of them. */
const joinedField = (process: string) => `joined:${createHash('sha256').update(process).digest()[0]}`;

/** Which of the networks each one is, the first from 1, in one text; '' where all differ, as in most crowds. */
function firstsOf(networks: readonly string[]): string {
  const firsts = new Map<string, number>();
  const places = networks.map((network, n) => {
    const first = firsts.get(network) ?? n + 1;
    firsts.set(network, first);
    return first;
  });
  return firsts.size === networks.length ? '' : places.join(' ');
}

/** Null where the room is closed. */
export const joinScript: LineScript<JoinName & { readonly entrants: readonly Entrant[] }, readonly Joined[] | null> = {
  ...lineScript(
    'join',
    ({ entrants, process, join }, now) => {
      const keys = entrants.map(({ proven, address }) => (proven ? '' : (address ?? '')));
      const networks = keys.map((key) => key && `/${wideOf(key)}`);
      return [
        now,
        entrants.length,
        process,
        join,
        entrants.map(({ proven }) => (proven ? 1 : 0)).join(''),
        firstsOf(networks),
        ...entrants.map(
          ({ visitor, claim, confirmed }, n) =>
            `${claim ? 1 : 0}${confirmed ? 1 : 0}${narrowOf(keys[n] ?? '')}:${visitor}`,
        ),
        ...networks,
      ];
    },
    ({ tag, rest }, { entrants }) => {
      const visitors = entrants.map(({ visitor }) => visitor);
      return replies.joined(tag, rest, visitors);
    },
    { libs: libsOf('admissions', 'budget-rows', 'budget', 'last-join') },
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
