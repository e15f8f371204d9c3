/**
 * Leaves functions and constants out of a script that it never names, and its comments. Redis keeps no function from one
 * call of a script to the next: it makes each of them again, which costs more than most scripts do otherwise. A script
 * has room for 200 local variables, and each function and constant is one.
 */
import { FUNCTION, functionsOf, wordsUsedBy } from './lua-functions.ts';

/** Constants at the left margin, on one line: literals, keys, and lists of them. */
const LITERAL = String.raw`(?:-?[\d.]+|'[^'\n]*'|KEYS\[\d+\]|\{\})`;
const VALUE = String.raw`(?:${LITERAL}|\{ ${LITERAL}(?:, ${LITERAL})* \})`;
const CONSTANTS = new RegExp(String.raw`^local ([A-Z]\w*(?:, [A-Z]\w*)*) = ${VALUE}(?:, ${VALUE})*$`, 'gm');
const COMMENT = /^\s*--.*$/gm;

/** `script` needs what it names, and what that names. A name in a text counts too. */
export function withUsedFunctions(libs: string, script: string): string {
  const [functions, rest] = [libs.replace(COMMENT, ''), script.replace(COMMENT, '')];
  const begun = functions.replace(FUNCTION, '').replace(CONSTANTS, '');
  const used = wordsUsedBy(`${begun}\n${rest}`, functionsOf(functions));
  const isUsed = (names: string) => names.split(', ').some((name) => used.has(name));
  const kept = (text: string, names: string) => (isUsed(names) ? text : '');
  return `${functions.replace(FUNCTION, kept).replace(CONSTANTS, kept)}\n${rest}`.replace(/\n{2,}/g, '\n').trim();
}
