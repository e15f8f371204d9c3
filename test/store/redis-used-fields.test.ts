import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { joinScript } from '#store/redis/join-scripts.ts';
import { lineScripts } from '#store/redis/line-scripts.ts';
import { quickScripts } from '#store/redis/quick-scripts.ts';
import { withUsedFields } from '#store/redis/used-fields.ts';
import { withUsedFunctions } from '#store/redis/used-functions.ts';

const SCRIPTS = new URL('../../src/store/redis/scripts/', import.meta.url);
const read = (file: string) => readFileSync(new URL(`${file}.lua`, SCRIPTS), 'utf8');
const FIELDS = `local FIELDS = {
  'queue', 'serving',
  'clock',
}`;

describe('the fields of a script', () => {
  it('are those that it names, with their places in the answer to HMGET', () => {
    expect(withUsedFields(`${FIELDS}\nreturn line.serving + line['clock']`)).toBe(
      [
        "local FIELDS = { 'serving', 'clock' }",
        'local function fieldsOf(values) return { serving = (values[2] or 0) + 0, clock = (values[3] or 0) + 0 } end',
        'local function copyOf(line) return { serving = line.serving, clock = line.clock } end',
        "return line.serving + line['clock']",
      ].join('\n'),
    );
  });

  it('are not those whose names are part of another word', () => {
    expect(withUsedFields(`${FIELDS}\nreturn line.clock_of + my_serving`)).toContain('local FIELDS = {  }');
  });

  it('are all of them where it goes through all', () => {
    const script = withUsedFields(`${FIELDS}\nfor _, field in ipairs(FIELDS) do line[field] = 0 end`);
    expect(script).toContain("local FIELDS = { 'queue', 'serving', 'clock' }");
  });

  it('are texts where the script says so', () => {
    const script = withUsedFields(`${FIELDS}\nlocal TEXTS = { clock = true }\nreturn line.clock`);
    expect(script).toContain("return { clock = values[2] or '' }");
  });

  it('leave a script as it is that does not read the hash', () => {
    expect(withUsedFields('return KEYS[1]')).toBe('return KEYS[1]');
  });

  it.each([...Object.values({ ...lineScripts, join: joinScript }), ...Object.values(quickScripts)])(
    'of $name.lua are all there',
    ({ name, libs }) => {
      const whole = withUsedFunctions(libs.map((lib) => read(`lib/${lib}`)).join('\n'), read(name));
      const script = withUsedFields(whole);
      const listed = (text: string) => {
        const [, names = ''] = /^local FIELDS = \{([^}]*)\}$/m.exec(text) ?? [];
        return Array.from(names.matchAll(/'(\w+)'/g), ([, each = '']) => each);
      };
      const known = new Set(listed(whole));
      // Where it is missing, there is no line.
      expect(listed(script)[0]).toBe(listed(whole)[0]);
      const named = Array.from(script.matchAll(/\bline\.(\w+)|'(\w+)'/g), ([, field, text]) => field ?? text ?? '');
      expect(named.filter((each) => known.has(each) && !listed(script).includes(each))).toEqual([]);
      expect(
        Array.from(script.matchAll(/\bline\.(\w+)/g), ([, field = '']) => field).filter((each) => !known.has(each)),
      ).toEqual([]);
    },
  );
});
