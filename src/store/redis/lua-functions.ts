/** The functions of a script, as texts. */

/** A function at the left margin, to its `end` there. */
export const FUNCTION = /^local function (\w+)[\s\S]*?^end$/gm;
const WORD = /[A-Za-z_]\w*/g;

/** By name: a script may have several of one name. */
export const functionsOf = (lua: string): ReadonlyMap<string, readonly string[]> =>
  Map.groupBy(
    Array.from(lua.matchAll(FUNCTION), ([body]) => body),
    (body) => /^local function (\w+)/.exec(body)?.[1] ?? '',
  );

/**
 * The words of a text, and of the functions that it uses, and so on. A name in a text of Lua counts as a use. The function
 * `without` is left out, with what only it uses.
 */
export function wordsUsedBy(
  text: string,
  functions: ReadonlyMap<string, readonly string[]>,
  without?: string,
): ReadonlySet<string> {
  const used = new Set<string>();
  const use = (each: string) => {
    for (const [word] of each.matchAll(WORD)) {
      if (word === without || used.has(word)) continue;
      used.add(word);
      for (const body of functions.get(word) ?? []) use(body);
    }
  };
  use(text);
  return used;
}
