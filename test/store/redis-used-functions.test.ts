import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { joinScript } from '#store/redis/join-scripts.ts';
import { lineScripts } from '#store/redis/line-scripts.ts';
import { quickScripts } from '#store/redis/quick-scripts.ts';
import { composed } from '#store/redis/script-texts.ts';
import { withUsedFunctions } from '#store/redis/used-functions.ts';

const SCRIPTS = new URL('../../src/store/redis/scripts/', import.meta.url);
const read = (file: string) => readFileSync(new URL(`${file}.lua`, SCRIPTS), 'utf8');

const LIB = `
-- Says one.
local function one()
  return 1
end

local function two()
  return one() + one()
end

local function three()
  -- two
  return 3
end

local LIMIT = 4
local FIRST, SECOND = KEYS[1], 'second'
local COUNTED = redis.call('INCR', 'count')
`;

/** Those of the whole script, which live together in the inner function. A function of Lua has room for 200. */
function localsOf(script: string): number {
  const names = Array.from(script.matchAll(/^local (function )?([^=\n]*)/gm), ([, isFunction, each = '']) =>
    isFunction ? 1 : each.split(',').length,
  );
  return names.reduce((sum, count) => sum + count, 0);
}

describe('the functions of a script', () => {
  it('are those that it names, and those that they name', () => {
    const script = withUsedFunctions(LIB, 'return two() + LIMIT');
    expect(script).toContain('local function one()');
    expect(script).toContain('local function two()');
    expect(script).toContain('local LIMIT = 4');
    expect(script).not.toContain('three');
  });

  it('come with the constants that they name, and with what is called at the start', () => {
    const script = withUsedFunctions(LIB, 'return SECOND');
    expect(script).toBe(
      "local FIRST, SECOND = KEYS[1], 'second'\nlocal COUNTED = redis.call('INCR', 'count')\nreturn SECOND",
    );
  });

  it('do not include what only a comment names', () => {
    expect(withUsedFunctions(LIB, '-- three, two\nreturn 1')).toBe(
      "local COUNTED = redis.call('INCR', 'count')\nreturn 1",
    );
  });

  it('stay in order, also where a script has a function of the same name', () => {
    const script = withUsedFunctions(LIB, 'local function one()\n  return 2\nend\nreturn one() + two()');
    expect(script.indexOf('return 1')).toBeLessThan(script.indexOf('return one() + one()'));
    expect(script.indexOf('return one() + one()')).toBeLessThan(script.indexOf('return 2'));
  });

  it.each([...Object.values({ ...lineScripts, join: joinScript }), ...Object.values(quickScripts)])(
    'of $name.lua are all there',
    ({ name, libs }) => {
      const libText = libs.map((lib) => read(`lib/${lib}`)).join('\n');
      const script = withUsedFunctions(libText, read(name));
      const names = new Set(Array.from(libText.matchAll(/^local function (\w+)/gm), ([, each]) => each ?? ''));
      const defined = new Set(Array.from(script.matchAll(/^local function (\w+)/gm), ([, each]) => each ?? ''));
      const called = Array.from(script.matchAll(/\b(\w+)\(/g), ([, each]) => each ?? '');
      expect(called.filter((each) => names.has(each) && !defined.has(each))).toEqual([]);
    },
  );

  it.each([...Object.values({ ...lineScripts, join: joinScript })])('leave room in $name.lua', ({ name, libs }) => {
    const script = composed(libs.map((lib) => read(`lib/${lib}`)).join('\n'), read(name));
    expect(localsOf(script)).toBeLessThanOrEqual(195);
  });

  it('begin and end at the left margin, in every file', () => {
    for (const file of readdirSync(new URL('lib/', SCRIPTS))) {
      const text = readFileSync(new URL(`lib/${file}`, SCRIPTS), 'utf8');
      const begun = text.match(/^local function \w+/gm)?.length ?? 0;
      const whole = text.match(/^local function \w+\([^\n]*\)\n(?:(?: .*)?\n)*?end$/gm)?.length ?? 0;
      expect(whole, file).toBe(begun);
    }
  });
});
