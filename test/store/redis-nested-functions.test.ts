import { describe, expect, it } from 'vitest';
import { enclosed } from '#store/redis/enclosed.ts';
import { calledOnceIn, withNestedFunctions } from '#store/redis/nested-functions.ts';

const SCRIPT = `
local function one()
  return 1
end

local function two()
  return one() + one()
end

local function three()
  return two() + one()
end

-- Called once at most.
local function seldom()
  return three() + two()
end

local function often()
  return one()
end
`;
const withoutComments = SCRIPT.replace(/^--.*\n/gm, '')
  .replace(/\n{2,}/g, '\n')
  .trim();
const marginal = (lua: string) => Array.from(lua.matchAll(/^local function (\w+)/gm), ([, name]) => name);

describe('a function that is called once at most', () => {
  it('is one that the script says so of', () => {
    expect(calledOnceIn(SCRIPT)).toEqual(['seldom']);
  });

  it('has those in it that only it uses, in order', () => {
    const lua = withNestedFunctions(`${withoutComments}\nreturn often() > 1 and seldom() or one()`, ['seldom']);
    expect(marginal(lua)).toEqual(['one', 'seldom', 'often']);
    expect(lua).toContain(
      'local function seldom()\n  local function two()\n    return one() + one()\n  end\n  local function three()\n',
    );
  });

  it('leaves out what the script, or another function, uses too', () => {
    const used = `${withoutComments}\nreturn often() + seldom() + two()`;
    expect(marginal(withNestedFunctions(used, ['seldom']))).toEqual(['one', 'two', 'seldom', 'often']);
  });

  it('leaves out functions of the same name', () => {
    const twice = `${withoutComments}\nlocal function two()\n  return 3\nend\nreturn often() + seldom()`;
    expect(marginal(withNestedFunctions(twice, ['seldom']))).toEqual(['one', 'two', 'seldom', 'often', 'two']);
  });

  it('may be in another one', () => {
    const lua = `local function a()\n  return 1\nend\nlocal function b()\n  return a()\nend\nlocal function c()\n  return b()\nend\nreturn c()`;
    expect(withNestedFunctions(lua, ['b', 'c'])).toBe(
      [
        'local function c()',
        '  local function b()',
        '    local function a()',
        '      return 1',
        '    end',
        '    return a()',
        '  end',
        '  return b()',
        'end',
        'return c()',
      ].join('\n'),
    );
  });
});

describe('a script of the line', () => {
  it('is a function in a function from where the line is read', () => {
    expect(enclosed('local line = {}\nlocal function loadLine()\n  return true\nend\nreturn loadLine()')).toBe(
      'local line = {}\nreturn (function()\nlocal function loadLine()\n  return true\nend\nreturn loadLine()\nend)()',
    );
  });

  it('is as it was where it has no line', () => {
    expect(enclosed('return KEYS[1]')).toBe('return KEYS[1]');
  });
});
