/**
 * Leaves functions and constants out of a script that it never names, and its comments. Redis keeps no function from one
 * call of a script to the next: it makes each of them again, which costs more than most scripts do otherwise. A script
 * has room for 200 local variables, and each function and constant is one.
 */

/** A function at the left margin, to its `end` there. */
const FUNCTION = /^local function (\w+)[\s\S]*?^end$/gm;
/** Constants at the left margin, on one line: literals, keys, and lists of them. */
const LITERAL = String.raw`(?:-?[\d.]+|'[^'\n]*'|KEYS\[\d+\]|\{\})`;
const VALUE = String.raw`(?:${LITERAL}|\{ ${LITERAL}(?:, ${LITERAL})* \})`;
const CONSTANTS = new RegExp(String.raw`^local ([A-Z]\w*(?:, [A-Z]\w*)*) = ${VALUE}(?:, ${VALUE})*$`, 'gm');
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
  use(functions.replace(FUNCTION, '').replace(CONSTANTS, ''));
  use(rest);
  const isUsed = (names: string) => names.split(', ').some((name) => used.has(name));
  const kept = (text: string, names: string) => (isUsed(names) ? text : '');
  return `${functions.replace(FUNCTION, kept).replace(CONSTANTS, kept)}\n${rest}`.replace(/\n{2,}/g, '\n').trim();
}
