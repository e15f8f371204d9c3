/**
 * Makes most of a script of the line a function in a function. Lua looks for a variable that a new function shares with
 * the function around it among all that others share already. It has those of a function further out at hand: the line
 * and its keys, which most functions share.
 */

/** Where the inner function begins: in lib/line.lua, and in lib/quick-line.lua. */
const BEGIN = /^local function loadLine\(\)$/m;

/** `lua` is a whole script without comments. One that has no line stays as it is. */
export function enclosed(lua: string): string {
  const at = lua.search(BEGIN);
  return at < 0 ? lua : `${lua.slice(0, at)}return (function()\n${lua.slice(at)}\nend)()`;
}
