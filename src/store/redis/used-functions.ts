/**
 * Leaves functions out of a script that it never calls, and its comments. Redis keeps no function from one call of a
 * script to the next: it makes each of them again, which costs more than most scripts do otherwise.
 */

/** A function at the left margin, to its `end` there. */
const FUNCTION = /^local function (\w+)[\s\S]*?^end$/gm;
const COMMENT = /^\s*--.*$/gm;
const WORD = /[A-Za-z_]\w*/g;

/** `script` needs what it names, and what that names. A name in a text counts too. */
export function withUsedFunctions(libs: string, script: string): string {
  const [functions, rest] = [libs.replace(COMMENT, ''), script.replace(COMMENT, '')];
  const used = new Set<string>();
  const use = (text: string) => {
    for (const [word] of text.matchAll(WORD)) {
      if (used.has(word)) continue;
      used.add(word);
      for (const body of bodies.get(word) ?? []) use(body);
    }
  };
  const bodies = Map.groupBy(
    Array.from(functions.matchAll(FUNCTION), ([body]) => body),
    (body) => /^local function (\w+)/.exec(body)?.[1] ?? '',
  );
  use(functions.replace(FUNCTION, ''));
  use(rest);
  return `${functions.replace(FUNCTION, (body, name: string) => (used.has(name) ? body : ''))}\n${rest}`
    .replace(/\n{2,}/g, '\n')
    .trim();
}
