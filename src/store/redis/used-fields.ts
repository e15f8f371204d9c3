/**
 * Leaves fields of the line's hash out of a script that never names them: Redis looks each of them up, every time. The
 * script gets two functions that make a table of them, which Redis makes at its full size.
 */

/** The table of lib/line.lua, and those of its fields that are texts. */
const FIELDS = /^local FIELDS = \{([^}]*)\}$/m;
const TEXTS = /^local TEXTS = \{([^}]*)\}$/m;
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
  const texts = new Set(Array.from((TEXTS.exec(lua)?.[1] ?? '').matchAll(WORD), ([word]) => word));
  // In what HMGET answers, `primary` is first. Lua makes a number of a text that it adds to.
  const readOf = (name: string, i: number) =>
    texts.has(name) ? `${name} = values[${i + 2}] or ''` : `${name} = (values[${i + 2}] or 0) + 0`;
  return lua.replace(
    table,
    [
      `local FIELDS = { ${fields.map((name) => `'${name}'`).join(', ')} }`,
      `local function fieldsOf(values) return { ${fields.map(readOf).join(', ')} } end`,
      `local function copyOf(line) return { ${fields.map((name) => `${name} = line.${name}`).join(', ')} } end`,
    ].join('\n'),
  );
}
