/**
 * Puts functions into the only one that uses them, where a script calls that one once at most. Redis makes all functions
 * of a script at each call of it. So it makes these only if the script needs them, and it looks among fewer
 * variables for those that functions share.
 */
import { FUNCTION, functionsOf, wordsUsedBy } from './lua-functions.ts';

/** What a script says of such a function: the last line before it. */
const CALLED_ONCE = /^-- Called once at most\.\nlocal function (\w+)/gm;
const LINES_OF_FUNCTION = new RegExp(String.raw`${FUNCTION.source}\n?`, 'gm');

/** The functions that `lua`, with its comments, says to be called once at most. */
export const calledOnceIn = (lua: string): readonly string[] =>
  Array.from(lua.matchAll(CALLED_ONCE), ([, name = '']) => name);

/** `lua` is a whole script without comments. A name in a text counts as a use. */
export function withNestedFunctions(lua: string, calledOnce: readonly string[]): string {
  return calledOnce.reduce(nestIn, lua);
}

function nestIn(lua: string, name: string): string {
  const functions = functionsOf(lua);
  const others = wordsUsedBy(lua.replace(FUNCTION, ''), functions, name);
  // Of two functions with one name nothing says which of them is meant.
  const isInner = (each: string) => each !== name && !others.has(each) && functions.get(each)?.length === 1;
  const inner = Array.from(functions.entries()).flatMap(([each, bodies]) => (isInner(each) ? bodies : []));
  const nested = inner.map((body) => `${indented(body)}\n`).join('');
  return lua.replace(LINES_OF_FUNCTION, (body, each: string) => {
    if (each === name) return body.replace('\n', () => `\n${nested}`);
    return isInner(each) ? '' : body;
  });
}

/** So that it is at the left margin no more. */
const indented = (body: string) => body.replace(/^(?=.)/gm, '  ');
