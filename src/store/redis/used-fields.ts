/**
 * Leaves fields of the line's hash out of a script that never names them: Redis looks each of them up, every time. The
 * script gets their places with them, as a table that Redis makes at its full size.
 */

/** The table of lib/line.lua. */
const FIELDS = /^local FIELDS = \{([^}]*)\}$/m;
/** A script that goes through the table needs all of it. */
const ALL = /\bipairs\(FIELDS\)/;
const NAME = /'(\w+)'/g;
const WORD = /[A-Za-z_]\w*/g;

/** `lua` is a whole script without comments. One that does not read the line's hash stays as it is. */
export function withUsedFields(lua: string): string {
  const [table, names] = FIELDS.exec(lua) ?? [];
  if (table === undefined || names === undefined) return lua;
  const rest = lua.replace(table, '');
  const named = new Set(Array.from(rest.matchAll(WORD), ([word]) => word));
  const isAll = ALL.test(rest);
  const fields = Array.from(names.matchAll(NAME), ([, name = '']) => name).filter((name) => isAll || named.has(name));
  // In what HMGET answers, `primary` is first.
  const places = fields.map((name, i) => `${name} = ${i + 2}`);
  return lua.replace(
    table,
    `local FIELDS = { ${fields.map((name) => `'${name}'`).join(', ')} }\nlocal AT = { ${places.join(', ')} }`,
  );
}
