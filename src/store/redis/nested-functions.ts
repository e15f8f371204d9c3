/**
 * Puts functions into the only one that uses them, where a script calls that one once at most. Redis makes all functions
 * of a script at each call of it. So it makes these only if the script needs them, and it looks among fewer
 * variables for those that functions share.
 */

/** What a script says of such a function: the last line before it. */
const CALLED_ONCE = /^-- Called once at most\.\nlocal function (\w+)/gm;
/** A function at the left margin, to its `end` there. */
const FUNCTION = /^local function (\w+)[\s\S]*?^end$\n?/gm;
const WORD = /[A-Za-z_]\w*/g;

/** The functions that `lua`, with its comments, says to be called once at most. */
export const calledOnceIn = (lua: string): readonly string[] =>
  Array.from(lua.matchAll(CALLED_ONCE), ([, name = '']) => name);

/** `lua` is a whole script without comments. A name in a text counts as a use. */
export function withNestedFunctions(lua: string, calledOnce: readonly string[]): string {
  return calledOnce.reduce(nestIn, lua);
}

function nestIn(lua: string, name: string): string {
  const functions = Array.from(lua.matchAll(FUNCTION), ([body, each = '']) => ({ name: each, body }));
  const bodies = Map.groupBy(functions, (each) => each.name);
  const others = usedElsewhere(bodies, lua.replace(FUNCTION, ''), name);
  // Of two functions with one name nothing says which of them is meant.
  const isInner = (each: string) => each !== name && !others.has(each) && bodies.get(each)?.length === 1;
  const inner = functions.filter((each) => isInner(each.name)).map(({ body }) => indented(body));
  return lua.replace(FUNCTION, (body, each: string) => {
    if (each === name) return body.replace('\n', () => `\n${inner.join('')}`);
    return isInner(each) ? '' : body;
  });
}

/** The functions that a script uses elsewhere than in `name`. */
function usedElsewhere(
  bodies: ReadonlyMap<string, readonly { readonly body: string }[]>,
  rest: string,
  name: string,
): ReadonlySet<string> {
  const used = new Set<string>();
  const use = (text: string) => {
    for (const [word] of text.matchAll(WORD)) {
      if (word === name || used.has(word)) continue;
      const found = bodies.get(word) ?? [];
      if (found.length > 0) used.add(word);
      for (const { body } of found) use(body);
    }
  };
  use(rest);
  return used;
}

/** So that it is at the left margin no more. */
const indented = (body: string) => body.replace(/^(?=.)/gm, '  ');
