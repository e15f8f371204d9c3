/**
 * Verbs that look at one admission, each with a script that is given a few keys of the line. It is the same file of
 * scripts/, with lib/quick-line.lua in place of lib/line.lua.
 */
import type { LineKeyPart } from './keys.ts';
import type { LineScript } from './line-script.ts';
import { lineScripts } from './line-scripts.ts';
import * as replies from './replies.ts';

/** The output of a script that changed nothing, because the verb needs the script with all keys. */
export const UNSETTLED = Symbol('unsettled');

const LIBS = [
  'quick-line',
  'measured-time',
  'admission',
  'provisional',
  'sessions',
  'admissions',
  'steady',
  'quick-time',
];
const PARTS: readonly LineKeyPart[] = ['line', 'admissions', 'provisional', 'sessions'];

function quick<In, Out>(script: LineScript<In, Out>): LineScript<In, Out | typeof UNSETTLED> {
  return {
    ...script,
    variant: 'quick',
    libs: LIBS,
    parts: PARTS,
    keys: PARTS.length,
    parse: (reply, input, now) =>
      replies.tagged(reply).tag === 'unsettled' ? { output: UNSETTLED } : script.parse(reply, input, now),
  };
}

export const quickScripts = {
  confirm: quick(lineScripts.confirm),
  useAdmission: quick(lineScripts.useAdmission),
};
