/** A script of the line: the files, keys and arguments that all of them have. */
import { LINE_PARTS, type LineKeyPart } from './keys.ts';
import type { Tagged } from './replies.ts';
import * as replies from './replies.ts';
import type { Argument, Script } from './script.ts';

/** The output of a verb, or null where the line is missing. */
export interface LineScript<In, Out> extends Script<[input: In, now: number], { readonly output: Out } | null> {
  /** The keys it is given. */
  readonly parts: readonly LineKeyPart[];
  /** A text field of the line's hash that this script uses, beside those that all use. */
  ownField?(input: In): string;
}

/** The files of scripts/lib that scripts of the line need, in order. */
export const LIBS = [
  'line',
  'measured-time',
  'bits',
  'presence',
  'newcomers',
  'ended-turns',
  'admission',
  'provisional',
  'sessions',
  'admissions',
  'raise-times',
  'turns',
  'budget-rows',
  'budget',
  'draw',
  'lost-draws',
  'stopped-admissions',
  'steady',
  'settle',
  'shares',
  'unconfirmed',
  'restored-turns',
  'serving',
  'repeats',
  'undone-raises',
  'place',
  'ledger',
  'succession',
  'rules',
  'undone-resets',
  'counters',
  'known-present',
  'last-join',
  'lost-keys',
] as const;

type Lib = (typeof LIBS)[number];

/** What `settle` needs. */
const SETTLE: readonly Lib[] = [
  ...(['line', 'measured-time', 'bits', 'presence', 'newcomers', 'ended-turns'] as const),
  ...(['admission', 'provisional', 'turns', 'stopped-admissions', 'steady', 'settle'] as const),
];

/** A script is given no more than it needs: Redis runs all of its text each time. */
export const libsOf = (...needed: readonly Lib[]) => LIBS.filter((lib) => SETTLE.includes(lib) || needed.includes(lib));
/** What steps may need that restore nothing. */
const OF_FEW: readonly Lib[] = [
  ...(['sessions', 'lost-draws', 'shares', 'budget-rows', 'budget', 'restored-turns'] as const),
  ...(['undone-raises', 'ledger', 'succession', 'undone-resets', 'known-present', 'last-join', 'lost-keys'] as const),
];
const STEPS = LIBS.filter((lib) => !OF_FEW.includes(lib));

export function lineScript<In, Out>(
  name: string,
  args: (input: In, now: number) => readonly Argument[],
  parse: (reply: Tagged, input: In, now: number) => Out,
  options: { binary?: boolean; libs?: readonly string[]; parts?: readonly LineKeyPart[] } = {},
): LineScript<In, Out> {
  const { parts = LINE_PARTS, libs = STEPS, binary = false } = options;
  return {
    name,
    libs,
    parts,
    keys: parts.length,
    binary,
    args,
    parse(reply, input, now) {
      const answer = replies.tagged(reply);
      if (answer.tag === 'lost') throw new replies.KeysLost();
      return answer.tag === 'absent' ? null : { output: parse(answer, input, now) };
    },
  };
}

/** What a reply means that says nothing. */
export const done = () => undefined;
