/** The rules of a line are written twice, and reviewed as pairs: line/NAME.ts and scripts/lib/NAME.lua. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const LUA = new URL('../../src/store/redis/scripts/lib/', import.meta.url);
const TYPESCRIPT = new URL('../../src/waiting-room/line/', import.meta.url);

/** No rules of a line: what became of a process's joins and of keys, how budgets are stored, and one line of line.ts. */
const OF_REDIS_ALONE = [
  ...['known-present', 'last-join', 'lost-keys', 'notices', 'restore-audit', 'restore-logouts'],
  ...['quick-line', 'quick-time', 'budget-rows', 'measured-time'],
];

const PAIRS = readdirSync(LUA)
  .map((file) => file.replace('.lua', ''))
  .filter((name) => !OF_REDIS_ALONE.includes(name));

/** The functions of a file, in order. */
const functionsOf = (file: URL, pattern: RegExp) =>
  [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, name]) => name);

describe.each(PAIRS)('the pair %s', (name) => {
  it('has its functions in the same order in TypeScript and in Lua', () => {
    const file = new URL(`${name}.ts`, TYPESCRIPT);
    expect(existsSync(file)).toBe(true);
    const typescript = functionsOf(file, /^(?:export )?function \*?(\w+)/gm);
    const lua = functionsOf(new URL(`${name}.lua`, LUA), /^local function (\w+)/gm);
    expect(typescript.filter((each) => lua.includes(each))).toEqual(lua.filter((each) => typescript.includes(each)));
  });
});
